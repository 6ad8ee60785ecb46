import { providerIdOf } from '../domain/tracking-reference.ts';
import type { Connection } from './pool.ts';

interface TrackedReceipt {
  readonly month: number;
  readonly integration_id: string;
  readonly event_key: string;
  message_id: string;
}

/**
 * Finds the messages of receipts that name them by the provider's own id alone, and writes down which they are.
 * @returns those whose message is not there yet, or not accepted yet
 */
export async function nameTracked<T extends TrackedReceipt>(
  connection: Connection,
  receipts: readonly T[],
): Promise<readonly T[]> {
  const tracked = receipts.flatMap((receipt) => {
    const providerId = providerIdOf(receipt.message_id);
    return providerId === undefined ? [] : [{ receipt, providerId }];
  });
  if (tracked.length === 0) return [];
  const { rows } = await connection.query<{ id: string; integration_id: string; provider_id: string }>(
    `SELECT message_id AS id, integration_id, reference AS provider_id FROM provider_reference
     WHERE integration_id = ANY ($1::uuid[]) AND reference = ANY ($2::text[])`,
    [
      [...new Set(tracked.map(({ receipt }) => receipt.integration_id))],
      tracked.map(({ providerId }) => providerId),
    ],
  );
  const messages = new Map(rows.map((row) => [`${row.integration_id} ${row.provider_id}`, row.id]));
  const unnamed: T[] = [];
  for (const { receipt, providerId } of tracked) {
    const id = messages.get(`${receipt.integration_id} ${providerId}`);
    if (id === undefined) unnamed.push(receipt);
    else receipt.message_id = id;
  }
  const named = tracked.flatMap(({ receipt }) => (unnamed.includes(receipt) ? [] : [receipt]));
  await connection.query(
    `UPDATE receipt SET message_id = named.message_id
     FROM unnest($1::int[], $2::uuid[], $3::text[], $4::text[]) AS named (month, integration_id, event_key, message_id)
     WHERE receipt.month = named.month AND receipt.integration_id = named.integration_id
       AND receipt.event_key = named.event_key`,
    [
      named.map(({ month }) => month),
      named.map(({ integration_id }) => integration_id),
      named.map(({ event_key }) => event_key),
      named.map(({ message_id }) => message_id),
    ],
  );
  return unnamed;
}
