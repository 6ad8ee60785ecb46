import type { SubmitOutcome } from '../domain/outcome.ts';
import { REFUSAL_CAUSE, SUBMISSION_CAUSE } from '../domain/campaign-event.ts';
import { providerText } from '../domain/provider-text.ts';
import type { MessageState } from '../domain/states.ts';
import { storableText } from '../domain/storable.ts';
import { ACTION_CHANNEL } from './action-channel.ts';
import { onConflict } from './as-new.ts';
import { campaignEventId } from './ids.ts';
import { lockMessages } from './lock-order.ts';
import type { Queryable } from './pool.ts';

/** One call and what came of it. */
export interface CallRecord {
  readonly submissionId: string;
  /** The claim under which it was made. */
  readonly token: string;
  readonly integrationId: string;
  readonly startedAt: number;
  /** `performance.now()` at its start. */
  readonly start: number;
  readonly durationMs: number;
  readonly outcomes: readonly SubmitOutcome[];
}

export type UnsentState = 'queued' | 'unknown' | 'unresolved';

export interface RecordScope {
  readonly month: number;
  /** Pauses before a provably unsent message is offered again, by attempt; the last one repeats. */
  readonly retryMs: readonly number[];
  /** Pause from the claim to the first look-up of a message in doubt. */
  readonly firstLookUpMs: number;
  /** Pause from the receipt deadline to the sweep that closes what no workflow closed. */
  readonly receiptSlackMs: number;
  /**
   * What an unsent message becomes: `unknown` when an earlier attempt of it may have left, `unresolved` when an operator
   * wants it to be sent all the same; that is then tried again. A rejected one too, unless the rejection ends it.
   */
  readonly unsentState: UnsentState;
  /** Whether no earlier attempt can have left: what this one did not send then has not been sent at all. */
  readonly isOnlyAttempt: boolean;
  /** Whether a rejection proves that no earlier attempt was taken: there was none, or that would have been said first. */
  readonly rejectionEnds: boolean;
}

/**
 * Writes the outcomes of calls, each only while its claim is still the one under which the call was made.
 *
 * A receipt that was faster keeps its state; the submission's campaign event is written once whoever proves it, beside that of a refusal. An
 * account that is refused costs the message no attempt. That nothing was sent is believed of a message in doubt too: it stays
 * in doubt, but whoever looks at it next may offer it again. A repeat that was not sent gives its look-up back, and is made
 * again after the pause of any other retry. One that was rejected leaves the doubt about what came before it, unless
 * `rejectionEnds`: it says why, and is not tried again by itself.
 * @param areNew whether nothing of this is taken to be written already; fails with a unique violation where that is wrong
 * @returns ids of the messages whose claim was still held
 */
export async function recordOutcomes(
  database: Queryable,
  scope: RecordScope,
  calls: readonly CallRecord[],
  areNew = false,
): Promise<ReadonlySet<string>> {
  const outcomes = calls.flatMap((call) => call.outcomes);
  if (outcomes.length === 0) return new Set();
  const { rows } = await database.query<{ id: string }>({
    name: areNew ? 'record-new-outcomes' : 'record-outcomes',
    text: areNew ? RECORD_NEW : RECORD,
    values: [
      scope.month,
      calls.flatMap((call) => call.outcomes.map(() => call.token)),
      scope.receiptSlackMs / 1_000,
      scope.firstLookUpMs / 1_000,
      outcomes.map((outcome) => outcome.messageId),
      outcomes.map((outcome) => stateOf(outcome, scope)),
      outcomes.map((outcome) =>
        outcome.kind === 'accepted' ? storableText(outcome.providerMessageId) : null,
      ),
      outcomes.map((outcome) => textOf(outcome, 'statusCode')),
      outcomes.map((outcome) => textOf(outcome, 'error')),
      outcomes.map((outcome) => (ends(outcome, scope) ? outcome.errorClass : null)),
      outcomes.map(retryMsOf),
      outcomes.map((outcome) =>
        campaignEventId(outcome.messageId, outcome.kind === 'rejected' ? REFUSAL_CAUSE : SUBMISSION_CAUSE),
      ),
      outcomes.map((outcome) => eventStatusOf(outcome, scope)),
      calls.map((call) => call.integrationId),
      calls.map((call) => call.submissionId),
      calls.map((call) => `{${call.outcomes.map((outcome) => outcome.messageId).join(',')}}`),
      calls.map((call) => call.startedAt / 1_000),
      calls.map((call) => Math.round(call.durationMs)),
      calls.map((call) => [...new Set(call.outcomes.map((outcome) => outcome.kind))].join(',')),
      calls.map((call) => firstText(call, 'statusCode')),
      calls.map((call) => firstText(call, 'error')),
      scope.retryMs,
      calls.map((call) => call.token),
      outcomes.map((outcome) => outcome.kind === 'unsent' && outcome.cause === 'account'),
      outcomes.map((outcome) => outcome.kind === 'unsent' && scope.isOnlyAttempt),
      outcomes.map(
        (outcome) => outcome.kind === 'unsent' && scope.unsentState === 'unknown' && !scope.isOnlyAttempt,
      ),
      outcomes.map((outcome) => outcome.kind === 'unsent'),
    ],
  });
  return new Set(rows.map((row) => row.id));
}

type Scope = Pick<RecordScope, 'unsentState' | 'rejectionEnds'>;

function stateOf(outcome: SubmitOutcome, scope: Scope): MessageState {
  switch (outcome.kind) {
    case 'accepted':
    case 'duplicate_id':
      return 'accepted';
    case 'unsent':
      return scope.unsentState;
    case 'rejected':
      return ends(outcome, scope) ? 'rejected' : scope.unsentState;
    case 'unknown':
      return 'unknown';
  }
}

type Rejection = Extract<SubmitOutcome, { kind: 'rejected' }>;

function ends(outcome: SubmitOutcome, { rejectionEnds }: Scope): outcome is Rejection {
  return outcome.kind === 'rejected' && rejectionEnds;
}

function eventStatusOf(outcome: SubmitOutcome, scope: Scope): string | null {
  if (outcome.kind === 'accepted' || outcome.kind === 'duplicate_id') return 'enqueued';
  return ends(outcome, scope) ? 'enqueue_failed' : null;
}

function firstText(call: CallRecord, field: 'statusCode' | 'error'): string | null {
  return call.outcomes.map((outcome) => textOf(outcome, field)).find((text) => text !== null) ?? null;
}

function textOf(outcome: SubmitOutcome, field: 'statusCode' | 'error'): string | null {
  return field in outcome ? providerText((outcome as Record<typeof field, string>)[field]) : null;
}

function retryMsOf(outcome: SubmitOutcome): number | null {
  if (outcome.kind !== 'unsent' || outcome.retryAfterMs === null) return null;
  return Math.min(outcome.retryAfterMs, MAX_RETRY_MS);
}

/** Longest pause that a provider may ask for: what waits longer would be stale. */
const MAX_RETRY_MS = 3_600_000;

/**
 * Whether the row may still take the outcome: a receipt that was faster has moved it on. Who holds the claim knows best,
 * however late: its word on whether the provider took the message ends the doubt.
 */
const OPEN = `(message.state = 'submitting'
  OR (message.state IN ('unknown', 'unresolved') AND outcome.state IN ('accepted', 'rejected')))`;

/** Whether the row is in doubt, or is about to be, and its doubt is ended by the proof that nothing has left. */
const UNSENT = `(outcome.unsent AND (message.state = 'unknown'
  OR (message.state = 'submitting' AND outcome.state = 'unknown')))`;

/** Whether it was a repeat of which nothing has left: the doubt of the earlier attempts is what it was before. */
const REPEAT_UNSENT = `(outcome.repeat_unsent AND message.state = 'submitting')`;

/** Whether the engine sends an SMS in place of the refused message; it has not ended until that is settled. */
const FALLS_BACK = `(message.fallback = 'engine' AND outcome.state = 'rejected'
  AND outcome.error_class IN ('fallback_to_sms', 'too_large'))`;

const RETRY_AT = `clock_timestamp() + make_interval(secs => coalesce(
  outcome.retry_ms, ($22::float8[])[least(message.attempts, cardinality($22::float8[]))]) / 1000)`;

/**
 * Whoever notes when a message was accepted writes the event of its submission in the same transaction.
 *
 * What is accepted keeps the instant of its claim's grace: no indexed column changes then, and the row's new version costs no
 * index entry. The sweep puts it off where no receipt has come until then.
 */
const recordSql = (areNew: boolean): string => `
  WITH outcome AS (
    SELECT * FROM unnest($5::uuid[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $11::float8[],
                         $12::uuid[], $13::text[], $2::uuid[], $24::boolean[], $25::boolean[], $26::boolean[],
                         $27::boolean[])
      AS t (id, state, provider_message_id, status_code, error, error_class, retry_ms, event_id, event_status,
            token, account_refused, unsent, repeat_unsent, retried)
  ), own AS (
    ${lockMessages({
      columns: 'outcome.*, message.accepted_at AS accepted_before',
      join: 'JOIN outcome ON outcome.id = message.id AND outcome.token = message.claim_token',
      where: 'month = $1 AND message.id = ANY ($5::uuid[])',
    })}
  ), held AS (
    UPDATE message SET
      state = CASE WHEN ${OPEN} THEN outcome.state ELSE message.state END,
      provider_message_id = coalesce(message.provider_message_id, outcome.provider_message_id),
      status_code = CASE WHEN ${OPEN} OR ${UNSENT} THEN outcome.status_code ELSE message.status_code END,
      error = CASE WHEN ${OPEN} OR ${UNSENT} THEN outcome.error ELSE message.error END,
      error_class = CASE WHEN ${OPEN} THEN outcome.error_class ELSE message.error_class END,
      attempts = attempts - CASE WHEN ${OPEN} AND outcome.account_refused THEN 1 ELSE 0 END,
      claim_token = CASE WHEN ${OPEN} AND outcome.state = 'unknown' THEN message.claim_token END,
      accepted_at = CASE WHEN outcome.state = 'accepted' THEN coalesce(accepted_at, clock_timestamp())
                    ELSE accepted_at END,
      fallback_at = CASE WHEN ${OPEN} AND ${FALLS_BACK} THEN clock_timestamp() ELSE fallback_at END,
      ended_at = CASE WHEN NOT ${OPEN} THEN ended_at
                      WHEN ${FALLS_BACK} THEN NULL
                      WHEN outcome.state IN ('rejected', 'unresolved') THEN clock_timestamp() END,
      retry_at = CASE WHEN ${OPEN} AND outcome.state = 'queued' THEN ${RETRY_AT} END,
      provably_unsent = ${UNSENT},
      looks = looks - CASE WHEN ${REPEAT_UNSENT} THEN 1 ELSE 0 END,
      look_at = CASE WHEN ${UNSENT} OR ${REPEAT_UNSENT} THEN ${RETRY_AT}
                WHEN NOT ${OPEN} THEN look_at
                ELSE CASE outcome.state
                  WHEN 'accepted' THEN least(look_at, receipt_due_at + make_interval(secs => $3))
                  WHEN 'queued' THEN stale_at
                  WHEN 'unresolved' THEN CASE WHEN outcome.retried THEN ${RETRY_AT} END
                  WHEN 'unknown' THEN claimed_at + make_interval(secs => $4) END END
    FROM own AS outcome
    WHERE message.month = $1 AND message.id = ANY ($5::uuid[]) AND message.id = outcome.id
    RETURNING message.id, message.integration_id, outcome.provider_message_id AS reference, message.run_id,
      message.customer_id, message.action_id, ${ACTION_CHANNEL} AS channel,
      outcome.event_id, outcome.event_status, outcome.status_code, outcome.error, outcome.accepted_before
  ), event AS (
    INSERT INTO campaign_event
      (month, id, run_id, customer_id, message_id, action_id, channel, status, at, status_code, error)
    SELECT $1, event_id, run_id, customer_id, id, action_id, channel, event_status, clock_timestamp(), status_code, error
    FROM held WHERE event_status = 'enqueue_failed' OR (event_status = 'enqueued' AND accepted_before IS NULL)
    ${onConflict(areNew)}
  ), reference AS (
    INSERT INTO provider_reference (integration_id, reference, month, message_id)
    SELECT integration_id, reference, $1, id FROM held WHERE reference <> id::text
    ON CONFLICT DO NOTHING
  ), submission AS (
    INSERT INTO submission
      (month, id, integration_id, claim_token, message_ids, started_at, duration_ms, outcome, status_code, error)
    SELECT $1, id, integration_id, token, message_ids::uuid[], to_timestamp(started_at), duration_ms, outcome, status_code, error
    FROM unnest($15::uuid[], $16::text[], $17::float8[], $18::int[], $19::text[], $20::text[], $21::text[],
                $14::uuid[], $23::uuid[])
      AS t (id, message_ids, started_at, duration_ms, outcome, status_code, error, integration_id, token)
    ${onConflict(areNew)}
  )
  SELECT id FROM held`;
const RECORD = recordSql(false);
const RECORD_NEW = recordSql(true);
