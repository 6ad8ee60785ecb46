import type { Channel } from './channel.ts';

export const CAMPAIGN_EVENT_STATUSES = [
  'enqueued',
  'enqueue_failed',
  'delivered',
  'failed',
  'clicked',
] as const;
export type CampaignEventStatus = (typeof CAMPAIGN_EVENT_STATUSES)[number];

/**
 * One tracked step of a message (A12, A13), append-only.
 *
 * Every property is always present; one that has no meaning for a status is null.
 */
export interface CampaignEvent {
  readonly event: 'campaign';
  readonly event_id: string;
  /** When it happened, ISO 8601: the provider's instant for a report, ours for a submission. */
  readonly timestamp: string;
  readonly run_id: string;
  readonly customer_id: string;
  readonly message_id: string;
  readonly action_type: Channel;
  readonly status: CampaignEventStatus;
  readonly action_id: number;
  readonly action_name: string;
  /** Whether it is of a test send. */
  readonly test: boolean;
  readonly campaign_id: string;
  readonly campaign_name: string;
  readonly campaign_policy: string;
  readonly consent_category: string;
  /** `delivered`, `failed`: how the message travelled in the end. */
  readonly type: Channel | null;
  readonly status_code: string | null;
  readonly error: string | null;
  readonly number_of_message_parts: number | null;
}

/** The cause under which a submission's one event is known, beside a receipt's key: an answer and a receipt prove the same one. */
export const SUBMISSION_CAUSE = 'submission';

/** The cause of the event of a call that was refused: a receipt that proves an acceptance does not make it unsaid. */
export const REFUSAL_CAUSE = 'refusal';

/** The status that a final receipt is tracked with: A13 knows no `expired`, the code tells it. */
export function statusOfReceipt(state: 'delivered' | 'failed' | 'expired'): CampaignEventStatus {
  return state === 'delivered' ? 'delivered' : 'failed';
}
