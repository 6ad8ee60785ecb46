import { countSegments } from '../domain/segments.ts';
import type { MessageState } from '../domain/states.ts';
import type { ClaimedMessage, ClaimScope, ClaimTerms } from './claim-messages.ts';
import { onConflict } from './as-new.ts';
import { lockMessages } from './lock-order.ts';
import type { Connection } from './pool.ts';

/** A message that the gate lets go, with what its row must say. */
export interface Offer extends ClaimedMessage {
  readonly customerId: string;
  readonly recipientId: string;
  readonly occasion: string | null;
  /** Instant after which it is not worth sending. */
  readonly staleAfter: number;
}

/** A row that waited says what this offer says, unless another message has the number already. */
const RECLAIM = `
  WITH waiting AS (${lockMessages({ where: `month = $1 AND id = ANY ($2::uuid[]) AND state = 'queued'` })})
  UPDATE message SET state = 'submitting', claim_token = $3, claimed_at = clock_timestamp(), attempts = attempts + 1,
    retry_at = NULL, look_at = clock_timestamp() + make_interval(secs => $4),
    receipt_due_at = clock_timestamp() + make_interval(secs => $5),
    integration_id = $10, sender = $11, consent_class = $12,
    recipient_id = offer.recipient_id, to_number = offer.to_number, content = offer.content, segments = offer.segments
  FROM waiting JOIN (
    SELECT DISTINCT ON (recipient_id, occasion, CASE WHEN occasion IS NULL THEN id END) *
    FROM unnest($2::uuid[], $6::bigint[], $7::text[], $8::jsonb[], $9::text[], $13::int[])
      AS t (id, recipient_id, to_number, content, occasion, segments)
    ORDER BY recipient_id, occasion, CASE WHEN occasion IS NULL THEN id END, id) AS offer USING (id)
  WHERE message.month = $1 AND message.id = ANY ($2::uuid[]) AND message.id = offer.id
    AND (message.recipient_id = offer.recipient_id OR NOT EXISTS (
      SELECT FROM message AS other
      WHERE other.month = $1 AND other.run_id = message.run_id AND other.occasion = message.occasion
        AND other.action_id = message.action_id AND other.pass = message.pass AND other.leg = message.leg
        AND other.recipient_id = offer.recipient_id))
  RETURNING message.id`;

const insertSql = (areNew: boolean): string => `
  INSERT INTO message (month, id, project_id, run_id, customer_id, recipient_id, cohort_id, member_index, action_id,
    pass, leg, occasion, channel, integration_id, sender, to_number, content, state, attempts, claim_token,
    claimed_at, stale_at, receipt_due_at, look_at, consent_class, segments, fallback, is_test)
  SELECT $1, offer.id, $2, $3, offer.customer_id, offer.recipient_id, $4, offer.member_index, $5,
    $6, $7, offer.occasion, $8, $9, $10, offer.to_number, offer.content, 'submitting', 1, $11,
    clock_timestamp(), to_timestamp(offer.stale_at), clock_timestamp() + make_interval(secs => $13),
    clock_timestamp() + make_interval(secs => $14), $22, offer.segments, $24, $25
  FROM unnest($15::uuid[], $16::uuid[], $17::bigint[], $18::int[], $19::text[], $20::text[], $21::jsonb[],
              $12::float8[], $23::int[])
    AS offer (id, customer_id, recipient_id, member_index, occasion, to_number, content, stale_at, segments)
  ${onConflict(areNew)}
  RETURNING id`;
const INSERT = insertSql(false);
const INSERT_NEW = insertSql(true);

/**
 * Writes the rows of a claim; those that were there already are taken if they wait.
 *
 * The recipients must be locked.
 * @returns ids of the messages that are now this attempt's
 */
export async function takeRows(
  connection: Connection,
  scope: ClaimScope,
  offers: readonly Offer[],
  { token, areNew = false }: ClaimTerms,
): Promise<ReadonlySet<string>> {
  if (offers.length === 0) return new Set();
  const taken = await insertRows(connection, scope, offers, { token, areNew });
  const known = offers.filter((offer) => !taken.has(offer.id));
  if (known.length === 0) return taken;
  return new Set([...taken, ...(await reclaimRows(connection, scope, known, token))]);
}

async function insertRows(
  connection: Connection,
  scope: ClaimScope,
  offers: readonly Offer[],
  { token, areNew }: ClaimTerms,
): Promise<ReadonlySet<string>> {
  const { rows } = await connection.query<{ id: string }>({
    name: areNew ? 'insert-new-messages' : 'insert-messages',
    text: areNew ? INSERT_NEW : INSERT,
    values: [
      scope.month,
      scope.projectId,
      scope.runId,
      scope.cohortId,
      scope.actionId,
      scope.pass,
      scope.leg,
      scope.channel,
      scope.integrationId,
      scope.sender,
      token,
      offers.map((offer) => offer.staleAfter / 1_000),
      scope.receiptDeadlineMs / 1_000,
      scope.claimGraceMs / 1_000,
      offers.map((offer) => offer.id),
      offers.map((offer) => offer.customerId),
      offers.map((offer) => offer.recipientId),
      offers.map((offer) => offer.memberIndex),
      offers.map((offer) => offer.occasion),
      offers.map((offer) => offer.to),
      offers.map((offer) => JSON.stringify(offer.content)),
      scope.consentClass,
      segmentsOf(scope, offers),
      scope.fallsBack ? 'engine' : null,
      scope.isTest,
    ],
  });
  return new Set(rows.map((row) => row.id));
}

async function reclaimRows(
  connection: Connection,
  scope: ClaimScope,
  offers: readonly Offer[],
  token: string,
): Promise<readonly string[]> {
  const { rows } = await connection.query<{ id: string }>({
    name: 'reclaim-messages',
    text: RECLAIM,
    values: [
      scope.month,
      offers.map((offer) => offer.id),
      token,
      scope.claimGraceMs / 1_000,
      scope.receiptDeadlineMs / 1_000,
      offers.map((offer) => offer.recipientId),
      offers.map((offer) => offer.to),
      offers.map((offer) => JSON.stringify(offer.content)),
      offers.map((offer) => offer.occasion),
      scope.integrationId,
      scope.sender,
      scope.consentClass,
      segmentsOf(scope, offers),
    ],
  });
  return rows.map((row) => row.id);
}

function segmentsOf({ channel }: ClaimScope, offers: readonly Offer[]): readonly (number | null)[] {
  return offers.map(({ content }) => (channel === 'sms' ? countSegments(content.text).segments : null));
}

/** Of the offers that were not taken, the members whose number another message has. */
export async function numbersTaken(
  connection: Connection,
  month: number,
  offers: readonly Offer[],
): Promise<readonly number[]> {
  if (offers.length === 0) return [];
  const { rows } = await connection.query<{ id: string; state: MessageState; recipient_id: string }>(
    'SELECT id, state, recipient_id FROM message WHERE month = $1 AND id = ANY ($2::uuid[])',
    [month, offers.map((offer) => offer.id)],
  );
  const own = new Map(rows.map((row) => [row.id, row]));
  return offers.flatMap(({ id, memberIndex, recipientId }) => {
    const row = own.get(id);
    const taken = !row || (row.state === 'queued' && row.recipient_id !== recipientId);
    return taken ? [memberIndex] : [];
  });
}
