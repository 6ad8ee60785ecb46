/** What carriers and providers tell senders apart by. */
export const SENDER_KINDS = ['short-code', 'toll-free', 'long-code', 'alphanumeric'] as const;
export type SenderKind = (typeof SENDER_KINDS)[number];

const SHORT_CODE = /^\d{3,6}$/;
/** Toll-free area codes of the North American Numbering Plan. */
const TOLL_FREE = /^\+?1?8(00|33|44|55|66|77|88)\d{7}$/;
const NUMBER = /^\+?\d+$/;

/** @param value what stands in a sender profile */
export function senderKindOf(value: string): SenderKind {
  if (SHORT_CODE.test(value)) return 'short-code';
  if (TOLL_FREE.test(value)) return 'toll-free';
  return NUMBER.test(value) ? 'long-code' : 'alphanumeric';
}
