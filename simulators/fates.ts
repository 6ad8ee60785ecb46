/** What becomes of a message once it was taken, in the words of no vendor. */
export const FATES = [
  'delivered',
  /** The operator has it; the handset may get it later. */
  'dispatched',
  'absent',
  'unknown_subscriber',
  'expired',
  'no_mms',
  'too_large',
  /** The phone can't show what is in it. */
  'unsupported_content',
  'filtered',
  'operator_error',
  /** As the SMS that came with the MMS, because that could not be taken. */
  'delivered_as_sms',
] as const;
export type Fate = (typeof FATES)[number];

/** Why a message is refused at once. */
export type Refusal = 'blocklisted' | 'no_route' | 'carrier_without_mms' | 'text_too_long';
