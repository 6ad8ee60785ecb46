/** One thing that is wrong with a document; a check reports all of them at once. */
export interface Problem {
  /** JSON pointer (RFC 6901) into the document. */
  readonly pointer: string;
  /** Stable, listed in `docs/errors.md`. */
  readonly code: string;
  /** A sentence that says what is wrong and what to do. */
  readonly message: string;
}

export function pointerOf(...path: readonly (string | number | symbol)[]): string {
  return path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}
