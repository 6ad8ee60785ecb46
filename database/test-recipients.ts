import type { JsonObject } from '../domain/json.ts';
import type { Queryable } from './pool.ts';

export interface TestRecipientRow {
  readonly id: string;
  readonly name: string;
  readonly customerId: string;
  readonly phone: string;
  readonly country: string | null;
  readonly optedOutAt: Date | null;
  readonly carrier: string | null;
  readonly handset: string | null;
  readonly language: string | null;
  readonly attributes: JsonObject;
  readonly revision: number;
  readonly createdAt: Date;
  readonly changedAt: Date;
}

/** A test recipient as it is to be stored, with the row of its number. */
export interface WrittenTestRecipient {
  /** E.164. */
  readonly phone: string;
  readonly recipientId: string;
  readonly carrier: string | null;
  readonly handset: string | null;
  readonly language: string | null;
  readonly attributes: JsonObject;
}

const SELECT = `
  SELECT tester.id, tester.name, tester.customer_id AS "customerId", customer.phone, recipient.country,
         recipient.opted_out_at AS "optedOutAt", tester.carrier, tester.handset, customer.language, customer.attributes,
         tester.revision, tester.created_at AS "createdAt", tester.changed_at AS "changedAt"
  FROM test_recipient AS tester
  JOIN customer ON customer.id = tester.customer_id
  LEFT JOIN recipient ON recipient.id = customer.recipient_id
  WHERE tester.project_id = $1`;

/** @returns whether it was stored: the project may have one of that name */
export async function insertTestRecipient(
  database: Queryable,
  { projectId, name }: { readonly projectId: string; readonly name: string },
  { phone, recipientId, carrier, handset, language, attributes }: WrittenTestRecipient,
): Promise<boolean> {
  const { rowCount } = await database.query(
    `WITH made AS (
       INSERT INTO customer (project_id, phone, phone_state, recipient_id, language, attributes, is_tester)
       SELECT $1, $3, 'valid', $4, $5, $6, true
       WHERE NOT EXISTS (SELECT FROM test_recipient WHERE project_id = $1 AND name = $2)
       RETURNING id)
     INSERT INTO test_recipient (project_id, name, customer_id, carrier, handset) SELECT $1, $2, id, $7, $8 FROM made`,
    [projectId, name, phone, recipientId, language, JSON.stringify(attributes), carrier, handset],
  );
  return rowCount === 1;
}

/** Its number, the former as the new one, and its customer must be locked. */
export async function updateTestRecipient(
  database: Queryable,
  { id, customerId }: Pick<TestRecipientRow, 'id' | 'customerId'>,
  { phone, recipientId, carrier, handset, language, attributes }: WrittenTestRecipient,
): Promise<void> {
  await database.query(
    `UPDATE customer SET phone = $2, phone_state = 'valid', recipient_id = $3, language = $4, attributes = $5,
       updated_at = clock_timestamp() WHERE id = $1`,
    [customerId, phone, recipientId, language, JSON.stringify(attributes)],
  );
  await database.query(
    `UPDATE test_recipient SET carrier = $2, handset = $3, revision = revision + 1, changed_at = now() WHERE id = $1`,
    [id, carrier, handset],
  );
}

/** Its customer stays, for the runs that it was in; whoever calls erases it. */
export async function deleteTestRecipient(database: Queryable, id: string): Promise<void> {
  await database.query('DELETE FROM test_recipient WHERE id = $1', [id]);
}

/** @param lock whether nobody else may change it until the commit */
export async function readTestRecipients(
  database: Queryable,
  projectId: string,
  names: readonly string[],
  lock: 'FOR UPDATE OF tester' | '' = '',
): Promise<readonly TestRecipientRow[]> {
  const { rows } = await database.query<TestRecipientRow>(
    `${SELECT} AND tester.name = ANY ($2::text[]) ORDER BY tester.id ${lock}`,
    [projectId, names],
  );
  return rows;
}

/** The newest first; one more than the limit, where there are as many. */
export async function listTestRecipients(
  database: Queryable,
  projectId: string,
  {
    limit,
    cursor,
  }: { readonly limit: number; readonly cursor?: { readonly at: Date; readonly id: string } | undefined },
): Promise<readonly TestRecipientRow[]> {
  const { rows } = await database.query<TestRecipientRow>(
    `${SELECT} AND ($2::timestamptz IS NULL OR (tester.created_at, tester.id) < ($2, $3::uuid))
     ORDER BY tester.created_at DESC, tester.id DESC LIMIT $4`,
    [projectId, cursor?.at ?? null, cursor?.id ?? null, limit + 1],
  );
  return rows;
}
