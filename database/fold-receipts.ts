import type { Channel } from '../domain/channel.ts';
import { statusOfReceipt, SUBMISSION_CAUSE } from '../domain/campaign-event.ts';
import { groupBy } from '../domain/group-by.ts';
import type { ErrorClass } from '../domain/outcome.ts';
import {
  compareReceipts,
  foldReceipts,
  isFinalReceipt,
  type Receipt,
  type ReceiptMark,
} from '../domain/receipt.ts';
import type { MessageState, ReceiptState } from '../domain/states.ts';
import { ACTION_CHANNEL } from './action-channel.ts';
import { asNew } from './as-new.ts';
import { insertCampaignEvents, type NewCampaignEvent } from './insert-campaign-events.ts';
import { campaignEventId } from './ids.ts';
import { lockRecipients } from './claim-messages.ts';
import { handsetLearntSql, noteHandsets, type HandsetReport } from './handset-limits.ts';
import { markHints } from './hints.ts';
import { lockMessages } from './lock-order.ts';
import type { Connection, Pool } from './pool.ts';
import { takeReceipts, closeReceipts, type InboxReceipt } from './receipt-inbox.ts';
import { inTransaction } from './transaction.ts';

export interface FoldInput {
  /** Most receipts of one transaction. */
  readonly limit: number;
  readonly receiptSlackMs: number;
  /** Folds only receipts of these messages; of all by default. */
  readonly messageIds?: readonly string[];
}

export interface FoldResult {
  /** Receipts that were looked at. */
  readonly taken: number;
  /** Receipts that were applied to their message. */
  readonly applied: number;
  /** Messages whose receipt came before the outcome of their call. */
  readonly early: number;
  /** Messages in doubt that a receipt proved to be accepted. */
  readonly proving: number;
  /** Receipts of no message that is there (yet). */
  readonly orphans: number;
}

/**
 * Applies receipts of the inbox to their messages: state, campaign events and hints in one transaction.
 *
 * Any order and number of the same receipts gives the same rows. A receipt of a message that is not known (yet)
 * stays in the inbox and is tried again; so does one that came through another integration than its message went:
 * whoever may post for one integration says nothing about messages of another.
 */
export function foldPendingReceipts(pool: Pool, input: FoldInput): Promise<FoldResult> {
  return asNew((areNew) => fold(pool, input, areNew));
}

/** @param areNew whether its events are, as of {@link insertCampaignEvents} */
function fold(pool: Pool, input: FoldInput, areNew: boolean): Promise<FoldResult> {
  return inTransaction(pool, async (connection) => {
    const receipts = await takeReceipts(connection, input);
    if (receipts.length === 0) return { taken: 0, applied: 0, early: 0, proving: 0, orphans: 0 };
    await noteHardFailures(connection, receipts);
    const messages = await lockMessagesOf(connection, receipts);
    const applicable = receipts.filter((receipt) => isOf(receipt, messages.get(receipt.messageId)));
    const folds = [...groupBy(applicable, (receipt) => receipt.messageId)].flatMap(([id, own]) => {
      const message = messages.get(id);
      return message ? [{ message, receipts: own }] : [];
    });
    await updateMessages(connection, folds, input.receiptSlackMs);
    await noteHandsets(connection, folds.flatMap(handsetReportOf));
    await insertCampaignEvents(connection, folds.flatMap(eventsOf), areNew);
    await markHints(
      connection,
      folds.map(({ message }) => message),
    );
    await closeReceipts(connection, receipts, new Set(applicable));
    const applied = applicable.length;
    const inState = (state: MessageState): number =>
      folds.filter(({ message }) => message.state === state).length;
    return {
      ...{ taken: receipts.length, applied, orphans: receipts.length - applied },
      ...{ early: inState('submitting'), proving: inState('unknown') },
    };
  });
}

interface MessageRow {
  readonly month: number;
  readonly id: string;
  readonly integration_id: string;
  readonly run_id: string;
  readonly customer_id: string;
  readonly cohort_id: string;
  readonly action_id: number;
  readonly pass: number;
  /** Of its action: an SMS in place of an MMS is tracked as one. */
  readonly channel: Channel;
  readonly claimed_at: Date | null;
  readonly accepted_at: Date | null;
  readonly state: MessageState;
  readonly receipt_state: ReceiptState | null;
  readonly receipt_at: Date | null;
  readonly receipt_key: string | null;
  readonly status_code: string | null;
  readonly segments: number | null;
  /** Whether something is remembered of what the handset takes. */
  readonly handset_learnt: boolean;
}

interface Fold {
  readonly message: MessageRow;
  readonly receipts: readonly InboxReceipt[];
}

/** Whether a receipt came through the integration that the message it names went through. */
function isOf(receipt: InboxReceipt, message: Pick<MessageRow, 'integration_id'> | undefined): boolean {
  return receipt.integrationId === message?.integration_id;
}

/** Recipients are locked before messages, as everywhere. */
async function noteHardFailures(connection: Connection, receipts: readonly InboxReceipt[]): Promise<void> {
  const hard = receipts.filter((receipt) => receipt.errorClass === 'suppress_number');
  if (hard.length === 0) return;
  const { rows } = await connection.query<{ id: string; integration_id: string; recipient_id: string }>(
    'SELECT id, integration_id, recipient_id FROM message WHERE month = ANY ($1::int[]) AND id = ANY ($2::uuid[])',
    [hard.map((receipt) => receipt.messageMonth), hard.map((receipt) => receipt.messageId)],
  );
  const messages = new Map(rows.map((row) => [row.id, row]));
  const known = hard.flatMap((receipt) => {
    const message = messages.get(receipt.messageId);
    return message && isOf(receipt, message) ? [{ receipt, recipientId: message.recipient_id }] : [];
  });
  await lockRecipients(connection, [...new Set(known.map(({ recipientId }) => recipientId))]);
  await connection.query(
    `UPDATE recipient SET last_failure_code = failure.code, last_failure_at = to_timestamp(failure.at)
     FROM (
       SELECT DISTINCT ON (id) id, code, at FROM unnest($1::bigint[], $2::text[], $3::float8[]) AS told (id, code, at)
       ORDER BY id, at DESC, code) AS failure
     WHERE recipient.id = failure.id AND coalesce(last_failure_at, '-infinity') < to_timestamp(failure.at)`,
    [
      known.map(({ recipientId }) => recipientId),
      known.map(({ receipt }) => receipt.statusCode),
      known.map(({ receipt }) => receipt.at / 1_000),
    ],
  );
}

async function lockMessagesOf(
  connection: Connection,
  receipts: readonly InboxReceipt[],
): Promise<ReadonlyMap<string, MessageRow>> {
  const { rows } = await connection.query<MessageRow>({
    name: 'lock-messages',
    text: lockMessages({
      columns: `month, id, integration_id, run_id, customer_id, cohort_id, action_id, pass,
        ${ACTION_CHANNEL} AS channel, claimed_at, accepted_at, state,
        receipt_state, receipt_at, receipt_key, status_code, segments, ${handsetLearntSql('message.recipient_id')} AS handset_learnt`,
      where: 'month = ANY ($1::int[]) AND id = ANY ($2::uuid[])',
    }),
    values: [
      [...new Set(receipts.map((receipt) => receipt.messageMonth))],
      [...new Set(receipts.map((receipt) => receipt.messageId))],
    ],
  });
  return new Map(rows.map((row) => [row.id, row]));
}

/** The receipt that decides the message's state now; undefined when an earlier one, or an operator, still does. */
function winnerOf({ message, receipts }: Fold): InboxReceipt | undefined {
  const [first, ...others] = receipts;
  if (!first) return undefined;
  const winner = foldReceipts(first, ...others);
  const { receipt_state: state, receipt_at: at, receipt_key: key, status_code: statusCode } = message;
  const assumed = message.state === 'delivered' && state === null;
  if (assumed && !isFinalReceipt(winner.state)) return undefined;
  if (state === null || at === null || key === null) return winner;
  const mark: ReceiptMark = { state, at: at.getTime(), statusCode: statusCode ?? '', key };
  return compareReceipts(winner, mark) > 0 ? winner : undefined;
}

/**
 * Whether the engine sends an SMS in its place; it has not ended until that is settled. Only a delivery takes the reason away again:
 * then it is due at once, for the pump to close what waits.
 */
const FALLS_BACK = `(message.fallback = 'engine' AND (message.fallback_at IS NOT NULL
  OR (fold.state = 'failed' AND fold.error_class IN ('fallback_to_sms', 'too_large'))))`;

async function updateMessages(
  connection: Connection,
  folds: readonly Fold[],
  slackMs: number,
): Promise<void> {
  const changes = folds.flatMap((fold) => {
    const winner = winnerOf(fold);
    return winner ? [{ message: fold.message, winner }] : [];
  });
  if (changes.length === 0) return;
  const column = <T>(read: (winner: Receipt) => T): T[] => changes.map(({ winner }) => read(winner));
  await connection.query({
    name: 'fold-messages',
    text: `
      UPDATE message SET
        state = fold.state, receipt_state = fold.state, receipt_at = to_timestamp(fold.at), receipt_key = fold.key,
        status_code = fold.status_code, error = fold.error, error_class = fold.error_class, type = fold.type,
        parts = fold.parts, provider_message_id = coalesce(message.provider_message_id, fold.provider_message_id),
        accepted_at = coalesce(accepted_at, clock_timestamp()),
        no_receipt = no_receipt AND NOT fold.final,
        retry_at = NULL,
        fallback_at = CASE WHEN ${FALLS_BACK} AND fold.state = 'delivered' THEN clock_timestamp()
                      WHEN ${FALLS_BACK} THEN coalesce(fallback_at, clock_timestamp()) END,
        ended_at = CASE WHEN (fold.final OR no_receipt) AND NOT coalesce(${FALLS_BACK}, false)
                   THEN coalesce(ended_at, clock_timestamp()) END,
        look_at = CASE WHEN fold.final OR no_receipt THEN NULL
                  ELSE least(look_at, coalesce(receipt_due_at, clock_timestamp()) + make_interval(secs => $12)) END
      FROM unnest($1::int[], $2::uuid[], $3::text[], $4::float8[], $5::text[], $6::text[], $7::text[], $8::text[],
                  $9::text[], $10::int[], $11::boolean[], $13::text[])
        AS fold (month, id, state, at, key, status_code, error, error_class, type, parts, final, provider_message_id)
      WHERE message.month = ANY ($14::int[]) AND message.id = ANY ($2::uuid[])
        AND message.month = fold.month AND message.id = fold.id`,
    values: [
      changes.map(({ message }) => message.month),
      changes.map(({ message }) => message.id),
      column((winner) => winner.state),
      column((winner) => winner.at / 1_000),
      column((winner) => winner.key),
      column((winner) => winner.statusCode),
      column((winner) => winner.error),
      column((winner): ErrorClass | null => winner.errorClass),
      column((winner) => winner.channel),
      changes.map(({ message, winner }) => partsOf(message, winner)),
      column((winner) => isFinalReceipt(winner.state)),
      slackMs / 1_000,
      column((winner) => winner.providerMessageId),
      [...new Set(changes.map(({ message }) => message.month))],
    ],
  });
}

/** What the report that decides tells of the handset; only of what fails for its sake, or of whom something is remembered. */
function handsetReportOf(fold: Fold): readonly HandsetReport[] {
  const winner = winnerOf(fold);
  const { month, id: messageId, handset_learnt: isLearnt } = fold.message;
  if (winner?.state === 'failed' && winner.errorClass === 'fallback_to_sms')
    return [{ month, messageId, taken: false, at: winner.at }];
  const taken = winner?.state === 'delivered' && winner.channel === 'mms';
  return taken && isLearnt ? [{ month, messageId, taken, at: winner.at }] : [];
}

/** The submission's event, which a receipt proves as well as an answer does, and one event a final receipt. */
function eventsOf({ message, receipts }: Fold): readonly NewCampaignEvent[] {
  const finals = receipts.flatMap((receipt) =>
    isFinalReceipt(receipt.state) ? [finalEventOf(message, receipt, receipt.state)] : [],
  );
  // Whoever noted when it was accepted wrote the event in the same transaction.
  return message.accepted_at === null ? [submissionEventOf(message), ...finals] : finals;
}

type EventOfMessage = Pick<
  NewCampaignEvent,
  'month' | 'runId' | 'customerId' | 'messageId' | 'actionId' | 'channel'
>;

function commonOf(message: MessageRow): EventOfMessage {
  return {
    month: message.month,
    runId: message.run_id,
    customerId: message.customer_id,
    messageId: message.id,
    actionId: message.action_id,
    channel: message.channel,
  };
}

function submissionEventOf(message: MessageRow): NewCampaignEvent {
  return {
    ...commonOf(message),
    id: campaignEventId(message.id, SUBMISSION_CAUSE),
    status: 'enqueued',
    at: message.claimed_at?.getTime() ?? Date.now(),
    type: null,
    statusCode: null,
    error: null,
    parts: null,
  };
}

function finalEventOf(
  message: MessageRow,
  receipt: InboxReceipt,
  state: Parameters<typeof statusOfReceipt>[0],
): NewCampaignEvent {
  const failed = state !== 'delivered';
  return {
    ...commonOf(message),
    id: campaignEventId(message.id, receipt.key),
    status: statusOfReceipt(state),
    at: receipt.at,
    type: receipt.channel,
    statusCode: failed ? receipt.statusCode : null,
    error: failed ? receipt.error : null,
    parts: partsOf(message, receipt),
  };
}

/** As the provider tells it; of an SMS else as it was counted when it was claimed. */
function partsOf({ segments }: MessageRow, { parts }: Receipt): number | null {
  return parts ?? segments;
}
