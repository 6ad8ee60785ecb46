import { durationMs } from './duration.ts';
import type { MessageState } from './states.ts';

/** How many marketing messages a number may get in a rolling window, whatever they belong to. */
export interface MessageCap {
  readonly messages: number;
  /** As it was written, `30d`. */
  readonly window: string;
}

/**
 * States in which a message counts: it has been offered, may have been, or waits to be offered again.
 *
 * What was provably not sent, or failed or expired, has given its place back.
 */
export const COUNTED_STATES: readonly MessageState[] = [
  'queued',
  'submitting',
  'unknown',
  'unresolved',
  'accepted',
  'dispatched',
  'delivered',
];

/** The window's length. @throws RangeError when it is not a duration */
export function windowMs({ window }: MessageCap): number {
  const ms = durationMs(window);
  if (ms === undefined) throw new RangeError(`"${window}" is not a duration.`);
  return ms;
}

/** An offer as far as a cap looks at it. */
export interface CappedOffer {
  readonly recipientId: string;
  readonly memberIndex: number;
  /** Members with one number and occasion get one message together. */
  readonly occasion: string | null;
}

/**
 * Of the offers of one claim those that their numbers have room for, in their order.
 * @param room by recipient, how many more messages the number may get
 */
export function withinCap<T extends CappedOffer>(
  offers: readonly T[],
  room: ReadonlyMap<string, number>,
): readonly T[] {
  const taken = new Map<string, Set<string>>();
  return offers.filter(({ recipientId, memberIndex, occasion }) => {
    const messages = taken.get(recipientId) ?? new Set();
    taken.set(recipientId, messages);
    const message = occasion === null ? `member ${memberIndex}` : `occasion ${occasion}`;
    if (!messages.has(message) && messages.size >= (room.get(recipientId) ?? Infinity)) return false;
    messages.add(message);
    return true;
  });
}
