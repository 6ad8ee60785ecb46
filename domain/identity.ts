/** What makes a message the one it is: design's dedupe key, in terms that survive a restore of the database. */
export interface MessageIdentity {
  readonly runId: string;
  readonly customerId: string;
  /** `1` for a launch, the tick of a repeat, the id of a trigger event. */
  readonly entryKey: string;
  readonly actionId: number;
  readonly pass: number;
  /** 0 primary, 1 engine fallback, 10+n the operator's n-th resend. */
  readonly leg: number;
}

/** The text from which a message's id is derived; equal identities give equal ids for ever. */
export function messageIdentityText(identity: MessageIdentity): string {
  const { runId, customerId, entryKey, actionId, pass, leg } = identity;
  return ['message', runId, customerId, entryKey, actionId, pass, leg].join('\n');
}

/** The text from which the id of a message's campaign event is derived: one per submission or final receipt. */
export function campaignEventIdentityText(messageId: string, cause: string): string {
  return ['campaign_event', messageId, cause].join('\n');
}

/** Partition of an instant: the year and month in UTC, `202611`. */
export function monthOf(instantMs: number): number {
  const date = new Date(instantMs);
  return date.getUTCFullYear() * 100 + date.getUTCMonth() + 1;
}

/** The month that an id spells in its first six digits. @throws RangeError when it spells none */
export function monthOfId(id: string): number {
  const month = Number(id.slice(0, 6));
  if (!Number.isInteger(month) || month < 200001 || month % 100 < 1 || month % 100 > 12) {
    throw new RangeError('This id names no month.');
  }
  return month;
}

/** What the ids of a run's cohort workflows begin with: `run/summer-sale/x` has cohorts `cohort/summer-sale/x/…`. */
export function cohortWorkflowIdPrefix(runWorkflowId: string): string {
  return `cohort/${runWorkflowId.replace(/^run\//, '')}/`;
}
