/** The text of an inbound message that its provider gives as a file, while it is still to be fetched. */
export interface AwaitedText {
  /** Of the message: its key, with the two that follow. */
  readonly month: number;
  readonly integrationId: string;
  readonly eventKey: string;
  /** Where it is. */
  readonly url: string;
  /** How often it was tried, with the try that is under way. */
  readonly attempts: number;
}

/** What a try to fetch a text has come to; its text is null where the file says nothing. */
export type TextOutcome =
  | { readonly kind: 'fetched'; readonly text: string | null }
  | { readonly kind: 'failed'; readonly mayComeLater: boolean; readonly error: unknown };

/** `given_up`: no further try is made. */
export type TextState = (typeof TEXT_STATES)[number];
export const TEXT_STATES = ['awaited', 'fetched', 'given_up'] as const;

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** Pauses between the tries, in milliseconds: together a day. */
export const TEXT_PAUSES_MS: readonly number[] = [
  ...[5 * SECOND, 15 * SECOND, MINUTE, 5 * MINUTE, 15 * MINUTE, 30 * MINUTE],
  ...[HOUR, 2 * HOUR, 4 * HOUR, 6 * HOUR, 10 * HOUR],
];

/** The pause after a try that failed, in milliseconds; undefined where it was the last. */
export function pauseAfter(attempts: number, outcome: TextOutcome): number | undefined {
  if (outcome.kind === 'fetched' || !outcome.mayComeLater) return undefined;
  return TEXT_PAUSES_MS[attempts - 1];
}
