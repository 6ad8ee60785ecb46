/** Where reading may go on: at the end of a line, before the characters that end it. */
export interface Position {
  /** Bytes from the beginning, without a byte order mark. */
  readonly offset: number;
  readonly line: number;
}

export const BEGINNING: Position = { offset: 0, line: 1 };
