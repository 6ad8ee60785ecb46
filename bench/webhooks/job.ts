/** What the process that posts webhooks is asked to do. */
export interface WebhookJob {
  readonly host: string;
  readonly port: number;
  readonly path: string;
  /** Messages that the receipts are about, taken in turn. */
  readonly messageIds: readonly string[];
  readonly perSecond: number;
  readonly seconds: number;
  readonly connections: number;
}

export interface WebhookAnswer {
  readonly acknowledged: number;
  /** Requests with any other answer than 200. */
  readonly refused: number;
  /** From the first request to the last answer. */
  readonly seconds: number;
  /** From when a request was due, so that one which had to wait for a connection counts in full. */
  readonly ack_p50_ms: number;
  readonly ack_p95_ms: number;
  readonly ack_p99_ms: number;
}
