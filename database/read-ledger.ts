import { FALLBACK_LEG, PRIMARY_LEG } from '../domain/fallback.ts';
import type { MessageState } from '../domain/states.ts';
import { lockMessages } from './lock-order.ts';
import type { Queryable } from './pool.ts';

/** The messages of one message node in one cohort, of one leg. */
export interface LedgerScope {
  readonly month: number;
  readonly cohortId: string;
  readonly actionId: number;
  readonly pass: number;
  readonly leg: number;
}

export interface LedgerRow {
  readonly memberIndex: number;
  readonly id: string;
  readonly state: MessageState;
  readonly noReceipt: boolean;
  /** Why it was cancelled; empty in every other state. */
  readonly reason: string;
  /** Whether the row is `queued` and may be offered again now. */
  readonly offerable: boolean;
  /** Milliseconds since the epoch; when a `queued` row may be offered again. */
  readonly retryAt: number | null;
  /** Milliseconds since the epoch; when a `submitting` row's claim is over for sure. */
  readonly lookAt: number | null;
  /** Whether an SMS in its place is due that nobody has offered yet. */
  readonly fallsBack: boolean;
  /** Whether an SMS in its place has left. */
  readonly fellBack: boolean;
  /** The provider's own id of it. */
  readonly providerMessageId: string | null;
}

interface Row {
  member_index: number;
  id: string;
  state: MessageState;
  no_receipt: boolean;
  reason: string | null;
  offerable: boolean;
  retry_at: Date | null;
  look_at: Date | null;
  falls_back: boolean;
  fell_back: boolean;
  provider_message_id: string | null;
}

/**
 * What the ledger says of these members' messages of a leg, by member, whatever order their rows were locked in.
 * @param settled whether to wait for transactions that are changing them: whoever has asked for hints before misses
 * nothing then, neither what they commit nor the hint
 */
export async function readLedger(
  database: Queryable,
  scope: LedgerScope,
  memberIndexes: readonly number[],
  settled = false,
): Promise<readonly LedgerRow[]> {
  const { rows } = await database.query<Row>({
    name: settled ? 'read-ledger-settled' : 'read-ledger',
    text: `
      SELECT member_index, id, state, no_receipt, retry_at, look_at, provider_message_id,
             fallback_at IS NOT NULL AS falls_back, coalesce(fallback = 'made', false) AS fell_back,
             CASE WHEN state = 'cancelled' THEN error END AS reason,
             state = 'queued' AND coalesce(retry_at <= clock_timestamp(), true) AS offerable
      FROM message
      WHERE month = $1 AND cohort_id = $2 AND action_id = $3 AND pass = $4 AND leg = $6
        AND member_index = ANY ($5::int[])
      ${settled ? 'ORDER BY recipient_id, id FOR SHARE' : ''}`,
    values: [scope.month, scope.cohortId, scope.actionId, scope.pass, memberIndexes, scope.leg],
  });
  const ledger = rows.map((row) => ({
    memberIndex: row.member_index,
    id: row.id,
    state: row.state,
    noReceipt: row.no_receipt,
    reason: row.reason ?? '',
    offerable: row.offerable,
    retryAt: row.retry_at?.getTime() ?? null,
    lookAt: row.look_at?.getTime() ?? null,
    fallsBack: row.falls_back,
    fellBack: row.fell_back,
    providerMessageId: row.provider_message_id,
  }));
  return ledger.sort((one, other) => one.memberIndex - other.memberIndex);
}

/** Closes messages whose receipt deadline has come: without a final receipt they end as `no_receipt`. */
export async function closeWithoutReceipt(
  database: Queryable,
  scope: LedgerScope,
  memberIndexes: readonly number[],
): Promise<void> {
  await database.query({
    name: 'close-without-receipt',
    text: `
      WITH open AS (
        ${lockMessages({
          where: `month = $1 AND cohort_id = $2 AND action_id = $3 AND pass = $4 AND leg IN (${PRIMARY_LEG}, ${FALLBACK_LEG})
            AND member_index = ANY ($5::int[]) AND state IN ('accepted', 'dispatched') AND NOT no_receipt`,
        })})
      UPDATE message SET no_receipt = true, ended_at = clock_timestamp(), look_at = NULL
      FROM open WHERE message.month = $1 AND message.id = open.id`,
    values: [scope.month, scope.cohortId, scope.actionId, scope.pass, memberIndexes],
  });
}
