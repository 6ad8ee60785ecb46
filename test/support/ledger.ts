import { randomUUID } from 'node:crypto';
import { claimMessages, type Claim, type ClaimScope } from '../../database/claim-messages.ts';
import type { Pool } from '../../database/pool.ts';
import { recordOutcomes, type CallRecord, type RecordScope } from '../../database/record-outcomes.ts';
import { storeReceipts } from '../../database/store-receipts.ts';
import type { ErrorClass, SubmitOutcome } from '../../domain/outcome.ts';
import type { Receipt } from '../../domain/receipt.ts';
import type { MessageState, ReceiptState } from '../../domain/states.ts';
import { candidatesOf, claimScope, type LaunchedRun, type Member } from './launched-run.ts';

export const RECORD_SCOPE: Omit<RecordScope, 'month'> = {
  retryMs: [1_000, 5_000],
  firstLookUpMs: 60_000,
  receiptSlackMs: 300_000,
  unsentState: 'queued',
  isOnlyAttempt: true,
  rejectionEnds: true,
};

/** Claims messages of the run's members: all of them by default. */
export function claim(
  run: LaunchedRun,
  more: Partial<ClaimScope> = {},
  members?: readonly Member[],
): Promise<Claim> {
  return claimMessages(run.pool, claimScope(run, more), candidatesOf(run, 'Hi', members), {
    token: randomUUID(),
  });
}

export function callOf(token: string, outcomes: readonly SubmitOutcome[], run: LaunchedRun): CallRecord {
  return {
    submissionId: randomUUID(),
    token,
    integrationId: run.integrationId,
    startedAt: Date.now(),
    start: performance.now(),
    durationMs: 12.5,
    outcomes,
  };
}

/** Records one call with these outcomes. @returns ids of the messages whose claim was held */
export function record(
  run: LaunchedRun,
  token: string,
  outcomes: readonly SubmitOutcome[],
  more: Partial<RecordScope> = {},
): Promise<ReadonlySet<string>> {
  return recordOutcomes(run.pool, { ...RECORD_SCOPE, month: run.month, ...more }, [
    callOf(token, outcomes, run),
  ]);
}

export function accepted(messageId: string): SubmitOutcome {
  return { kind: 'accepted', messageId, providerMessageId: `provider-${messageId}` };
}

export function unsent(messageId: string, retryAfterMs: number | null = null): SubmitOutcome {
  return {
    kind: 'unsent',
    messageId,
    cause: 'throttled',
    retryAfterMs,
    statusCode: '429',
    error: 'Too many requests.',
  };
}

export function inDoubt(messageId: string): SubmitOutcome {
  return { kind: 'unknown', messageId, statusCode: 'timeout', error: 'No answer.' };
}

export function rejected(messageId: string, errorClass: ErrorClass = 'account'): SubmitOutcome {
  return { kind: 'rejected', messageId, statusCode: '400', error: 'Bad sender.', errorClass };
}

/** Messages of the run that the provider has accepted, one a member. */
export async function acceptedMessages(run: LaunchedRun): Promise<readonly string[]> {
  const { token, claimed } = await claim(run);
  const ids = [...claimed].sort((a, b) => a.memberIndex - b.memberIndex).map(({ id }) => id);
  await record(run, token, ids.map(accepted));
  return ids;
}

export interface MessageRow {
  readonly id: string;
  readonly member_index: number;
  readonly state: MessageState;
  readonly no_receipt: boolean;
  readonly recipient_id: string;
  readonly to_number: string | null;
  readonly content: { readonly text: string } | null;
  readonly attempts: number;
  readonly provably_unsent: boolean;
  readonly looks: number;
  readonly claim_token: string | null;
  readonly claimed_at: Date | null;
  readonly accepted_at: Date | null;
  readonly ended_at: Date | null;
  readonly stale_at: Date;
  readonly retry_at: Date | null;
  readonly receipt_due_at: Date | null;
  readonly look_at: Date | null;
  readonly provider_message_id: string | null;
  readonly status_code: string | null;
  readonly error: string | null;
  readonly error_class: string | null;
  readonly parts: number | null;
  readonly receipt_state: ReceiptState | null;
  readonly receipt_at: Date | null;
  readonly receipt_key: string | null;
}

/** The run's rows of the ledger, by member. */
export async function ledgerOf({
  pool,
  runId,
}: Pick<LaunchedRun, 'pool' | 'runId'>): Promise<readonly MessageRow[]> {
  const { rows } = await pool.query<MessageRow>(
    'SELECT * FROM message WHERE run_id = $1 ORDER BY member_index, id',
    [runId],
  );
  return rows;
}

export async function messageOf(pool: Pool, id: string): Promise<MessageRow> {
  const { rows } = await pool.query<MessageRow>('SELECT * FROM message WHERE id = $1', [id]);
  if (!rows[0]) throw new Error(`There is no message ${id}.`);
  return rows[0];
}

export interface EventRow {
  readonly id: string;
  readonly message_id: string;
  readonly status: string;
  readonly at: Date;
  readonly status_code: string | null;
  readonly error: string | null;
  readonly parts: number | null;
}

export async function eventsOf({
  pool,
  runId,
}: Pick<LaunchedRun, 'pool' | 'runId'>): Promise<readonly EventRow[]> {
  const { rows } = await pool.query<EventRow>(
    'SELECT id, message_id, status, at, status_code, error, parts FROM campaign_event WHERE run_id = $1 ORDER BY seq',
    [runId],
  );
  return rows;
}

/** A delivery report; an instant of its own for every state. */
export function receiptOf(messageId: string, state: ReceiptState, more: Partial<Receipt> = {}): Receipt {
  const failed = state === 'failed' || state === 'expired';
  return {
    messageId,
    key: `${messageId}-${state}`,
    state,
    at: Date.now(),
    statusCode: failed ? '4' : '5',
    error: failed ? 'Absent subscriber.' : '',
    errorClass: failed ? 'permanent' : null,
    channel: 'sms',
    parts: 1,
    providerMessageId: messageId,
    ...more,
  };
}

/** Puts reports into the inbox. */
export function receive(run: LaunchedRun, ...receipts: readonly Receipt[]): Promise<number> {
  return storeReceipts(
    run.pool,
    receipts.map((receipt) => ({ integrationId: run.integrationId, receipt })),
  );
}
