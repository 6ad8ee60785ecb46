import type { Channel } from './channel.ts';
import type { ErrorClass } from './outcome.ts';
import type { ReceiptState } from './states.ts';

/** A delivery report in our words, as an adapter reads it from a vendor's webhook or look-up. */
export interface Receipt {
  /** The id that we gave the provider: the message's own. */
  readonly messageId: string;
  /** Names this report; the same report told twice has the same key. */
  readonly key: string;
  readonly state: ReceiptState;
  /** The provider's own instant of the state, milliseconds since the epoch. */
  readonly at: number;
  /** The vendor's code and text, as given. */
  readonly statusCode: string;
  readonly error: string;
  readonly errorClass: ErrorClass | null;
  /** How the message travelled in the end: an MMS may arrive as its fallback SMS. */
  readonly channel: Channel;
  readonly parts: number | null;
  readonly providerMessageId: string | null;
}

/** What a message remembers of the receipt that decides its state. */
export type ReceiptMark = Pick<Receipt, 'state' | 'at' | 'statusCode' | 'key'>;

const RANK: Readonly<Record<ReceiptState, number>> = {
  accepted: 1,
  dispatched: 2,
  failed: 3,
  expired: 3,
  delivered: 4,
};

/** Orders receipts by rank, then the provider's instant, code, key and state: the greatest decides the state. */
export function compareReceipts(a: ReceiptMark, b: ReceiptMark): number {
  return (
    RANK[a.state] - RANK[b.state] ||
    a.at - b.at ||
    compareText(a.statusCode, b.statusCode) ||
    compareText(a.key, b.key) ||
    compareText(a.state, b.state)
  );
}

/** The receipt that decides, whatever the order and number of those given. */
export function foldReceipts<T extends ReceiptMark>(first: T, ...others: readonly T[]): T {
  return others.reduce((winner, receipt) => (compareReceipts(receipt, winner) > 0 ? receipt : winner), first);
}

/** Whether a receipt ends its message and so has a campaign event of its own. */
export function isFinalReceipt(state: ReceiptState): state is 'delivered' | 'failed' | 'expired' {
  return RANK[state] >= RANK.failed;
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
