import type { SuppressionReason } from '../domain/reasons.ts';
import type { ClaimScope } from './claim-messages.ts';
import type { Connection } from './pool.ts';
import type { Offer } from './take-rows.ts';

export const HANDSET_KNOWN: SuppressionReason = 'handset_known';

/**
 * Writes MMS of which it is known that their handsets don't take them: as cancelled, with their SMS due at once.
 *
 * A row that is there already, or another one of the same number and occasion, stays as it is. The recipients must be locked.
 * @returns ids of those that were written
 */
export async function skipKnownHandsets(
  connection: Connection,
  scope: ClaimScope,
  offers: readonly Offer[],
): Promise<ReadonlySet<string>> {
  if (offers.length === 0) return new Set();
  const { rows } = await connection.query<{ id: string }>({
    name: 'skip-known-handsets',
    text: `
      INSERT INTO message (month, id, project_id, run_id, customer_id, recipient_id, cohort_id, member_index, action_id,
        pass, leg, occasion, channel, integration_id, sender, to_number, content, state, attempts, error,
        claimed_at, stale_at, receipt_due_at, consent_class, fallback, fallback_at, is_test)
      SELECT $1, offer.id, $2, $3, offer.customer_id, offer.recipient_id, $4, offer.member_index, $5,
        $6, $7, offer.occasion, $8, $9, $10, offer.to_number, offer.content, 'cancelled', 0, $11,
        clock_timestamp(), to_timestamp(offer.stale_at), clock_timestamp() + make_interval(secs => $13),
        $14, 'engine', clock_timestamp(), $15
      FROM unnest($16::uuid[], $17::uuid[], $18::bigint[], $19::int[], $20::text[], $21::text[], $22::jsonb[], $12::float8[])
        AS offer (id, customer_id, recipient_id, member_index, occasion, to_number, content, stale_at)
      ON CONFLICT DO NOTHING
      RETURNING id`,
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
      HANDSET_KNOWN,
      offers.map(({ staleAfter }) => staleAfter / 1_000),
      scope.receiptDeadlineMs / 1_000,
      scope.consentClass,
      scope.isTest,
      offers.map(({ id }) => id),
      offers.map(({ customerId }) => customerId),
      offers.map(({ recipientId }) => recipientId),
      offers.map(({ memberIndex }) => memberIndex),
      offers.map(({ occasion }) => occasion),
      offers.map(({ to }) => to),
      offers.map(({ content }) => JSON.stringify(content)),
    ],
  });
  return new Set(rows.map(({ id }) => id));
}
