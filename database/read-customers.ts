import type { JsonObject } from '../domain/json.ts';
import type { Queryable } from './pool.ts';

export interface CustomerAttributes {
  readonly memberIndex: number;
  readonly customerId: string;
  readonly entryKey: string;
  /** Null without a valid number. */
  readonly recipientId: string | null;
  /** The customer's own attributes and, over them, `externalId`, `language` and `timezone`. Never the number. */
  readonly attributes: JsonObject;
}

/** A customer as templates read it. */
export function templateCustomer({
  attributes,
  externalId,
  language,
  timezone,
}: TemplateCustomerInput): JsonObject {
  return { ...attributes, externalId, language, timezone };
}

interface TemplateCustomerInput {
  readonly attributes: JsonObject;
  readonly externalId: string | null;
  readonly language: string | null;
  readonly timezone: string | null;
}

/** What templates may read of members' customers, as it is now. */
export async function readCustomers(
  database: Queryable,
  cohort: { readonly month: number; readonly cohortId: string },
  memberIndexes: readonly number[],
): Promise<readonly CustomerAttributes[]> {
  const { rows } = await database.query<{
    member_index: number;
    customer_id: string;
    entry_key: string;
    recipient_id: string | null;
    external_id: string | null;
    language: string | null;
    timezone: string | null;
    attributes: JsonObject;
  }>({
    name: 'read-customers',
    text: `
      SELECT entry.member_index, entry.customer_id, entry.entry_key, customer.recipient_id, customer.external_id,
             customer.language, customer.timezone, customer.attributes
      FROM entry JOIN customer ON customer.id = entry.customer_id
      WHERE entry.month = $1 AND entry.cohort_id = $2 AND entry.member_index = ANY ($3::int[])
      ORDER BY entry.member_index`,
    values: [cohort.month, cohort.cohortId, memberIndexes],
  });
  return rows.map((row) => ({
    memberIndex: row.member_index,
    customerId: row.customer_id,
    entryKey: row.entry_key,
    recipientId: row.recipient_id,
    attributes: templateCustomer({
      attributes: row.attributes,
      externalId: row.external_id,
      language: row.language,
      timezone: row.timezone,
    }),
  }));
}
