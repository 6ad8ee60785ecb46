import type { JsonObject } from '../domain/json.ts';
import type { Queryable } from './pool.ts';

export interface CustomerAttributes {
  readonly memberIndex: number;
  /** Null without a valid number. */
  readonly recipientId: string | null;
  /** The customer's own attributes and, over them, `externalId`, `language` and `timezone`. Never the number. */
  readonly attributes: JsonObject;
}

/** What templates may read of members' customers, as it is now. */
export async function readCustomers(
  database: Queryable,
  cohort: { readonly month: number; readonly cohortId: string },
  memberIndexes: readonly number[],
): Promise<readonly CustomerAttributes[]> {
  const { rows } = await database.query<{
    member_index: number;
    recipient_id: string | null;
    external_id: string | null;
    language: string | null;
    timezone: string | null;
    attributes: JsonObject;
  }>({
    name: 'read-customers',
    text: `
      SELECT entry.member_index, customer.recipient_id, customer.external_id, customer.language, customer.timezone,
             customer.attributes
      FROM entry JOIN customer ON customer.id = entry.customer_id
      WHERE entry.month = $1 AND entry.cohort_id = $2 AND entry.member_index = ANY ($3::int[])
      ORDER BY entry.member_index`,
    values: [cohort.month, cohort.cohortId, memberIndexes],
  });
  return rows.map((row) => ({
    memberIndex: row.member_index,
    recipientId: row.recipient_id,
    attributes: {
      ...row.attributes,
      externalId: row.external_id,
      language: row.language,
      timezone: row.timezone,
    },
  }));
}
