/** What the process of the bare loop is asked to do. */
export interface BareJob {
  readonly messages: number;
  readonly messagesPerCall: number;
  /** Calls under way at once. */
  readonly calls: number;
  readonly baseUrl: string;
  readonly apiKey: string;
}

/** Instants are milliseconds since the epoch. */
export interface BareAnswer {
  readonly firstCallAt: number;
  readonly lastCallbackAt: number;
  readonly refused: number;
}
