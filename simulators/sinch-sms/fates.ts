import type { Fate } from '../fates.ts';

export interface SinchSmsFate {
  readonly status: string;
  readonly code: number;
  /** Reports of what is not final are posted only where they were asked for. */
  readonly final: boolean;
}

function final(status: string, code: number): SinchSmsFate {
  return { status, code, final: true };
}

/** How Sinch's SMS API tells of each fate. */
export const SINCH_SMS_FATES: Readonly<Record<Fate, SinchSmsFate>> = {
  delivered: final('Delivered', 0),
  dispatched: { status: 'Dispatched', code: 401, final: false },
  absent: final('Aborted', 404),
  unknown_subscriber: final('Failed', 300),
  expired: final('Expired', 406),
  no_mms: final('Failed', 416),
  too_large: final('Failed', 418),
  unsupported_content: final('Failed', 418),
  filtered: final('Rejected', 62),
  delivered_as_sms: final('Delivered', 0),
  operator_error: final('Failed', 403),
};
