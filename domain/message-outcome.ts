import type { MessageState } from './states.ts';

/** What a message node can have come to for one member when it lets the member go. */
export const MESSAGE_OUTCOMES = [
  'accepted',
  'dispatched',
  'delivered',
  'failed',
  'rejected',
  'expired',
  'no_receipt',
  'unknown',
  'unresolved',
  'suppressed',
] as const;
export type MessageOutcome = (typeof MESSAGE_OUTCOMES)[number];

/** Outlets of a message node; all but `next` are optional and fall to it when unwired. */
export const MESSAGE_OUTLETS = [
  'next',
  'delivered',
  'failed',
  'no_receipt',
  'unknown',
  'suppressed',
] as const;
export type MessageOutlet = (typeof MESSAGE_OUTLETS)[number];

/** Outlets that only a receipt or its deadline can choose: where one is wired, members wait for it. */
export const RECEIPT_OUTLETS: readonly MessageOutlet[] = ['delivered', 'failed', 'no_receipt', 'unknown'];

export const OUTLET_OF_OUTCOME: Readonly<Record<MessageOutcome, MessageOutlet>> = {
  accepted: 'next',
  dispatched: 'next',
  delivered: 'delivered',
  failed: 'failed',
  rejected: 'failed',
  expired: 'no_receipt',
  no_receipt: 'no_receipt',
  unknown: 'unknown',
  unresolved: 'unknown',
  suppressed: 'suppressed',
};

/**
 * The outcome that a row of the ledger shows.
 * @returns undefined while the row is `queued` or `submitting`: nothing has come out yet
 */
export function outcomeOfMessage(state: MessageState, noReceipt: boolean): MessageOutcome | undefined {
  switch (state) {
    case 'queued':
    case 'submitting':
      return undefined;
    case 'cancelled':
      return 'suppressed';
    case 'accepted':
    case 'dispatched':
      return noReceipt ? 'no_receipt' : state;
    default:
      return state;
  }
}

/** Whether an outcome can still turn into another one before the node's deadline. */
export function isOpenOutcome(outcome: MessageOutcome): boolean {
  return outcome === 'accepted' || outcome === 'dispatched' || outcome === 'unknown';
}
