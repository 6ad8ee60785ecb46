import { mergeConsent, type StoredConsent } from '../../domain/consent.ts';
import type { CustomerRecord } from '../../domain/customer-record.ts';
import type { ConsentState } from '../../domain/gate.ts';
import type { Connection } from '../pool.ts';

export interface ConsentWarning {
  readonly externalId: string;
  readonly code: 'consent_older_than_revocation' | 'consent_weaker_than_stored' | 'consent_unproven';
  readonly message: string;
}

const MESSAGES: Readonly<Record<ConsentWarning['code'], string>> = {
  consent_older_than_revocation: 'The grant is older than the last revocation and was ignored.',
  consent_weaker_than_stored: 'What is stored is newer or better proven; it stays.',
  consent_unproven: 'The grant has no time, method or source: it is stored as unproven and opens nothing.',
};

interface Row {
  customer_id: string;
  recipient_id: string | null;
  opted_out_at: Date | null;
  category_id: string;
  category_key: string;
  consent_class: string;
  now: Date;
  state: ConsentState | null;
  method: string | null;
  source: string | null;
  said_at: Date | null;
  revoked_at: Date | null;
}

interface Change {
  readonly row: Row;
  readonly consent: StoredConsent;
}

/**
 * Merges what the records say of consents into what is stored. Its caller has locked the recipients.
 * @param received ids by `externalId`, and when the records came in unless it was just now
 */
export async function writeConsents(
  connection: Connection,
  projectId: string,
  records: readonly CustomerRecord[],
  received: { readonly ids: ReadonlyMap<string, string>; readonly now: Date | undefined },
): Promise<readonly ConsentWarning[]> {
  const { ids, now } = received;
  const speaking = records.filter((record) => Object.keys(record.consents).length > 0);
  if (speaking.length === 0) return [];
  const stored = await readConsents(connection, projectId, speaking, ids);
  const warnings: ConsentWarning[] = [];
  const changes: Change[] = [];
  for (const { externalId, consents } of speaking) {
    const warn = (code: ConsentWarning['code']): void => {
      warnings.push({ externalId, code, message: MESSAGES[code] });
    };
    for (const [category, statement] of Object.entries(consents)) {
      const row = stored.get(`${ids.get(externalId) ?? ''} ${category}`);
      if (!row) continue;
      const merge = mergeConsent(storedConsent(row), statement, {
        now: (now ?? row.now).getTime(),
        optedOutAt: row.consent_class === 'marketing' ? (row.opted_out_at?.getTime() ?? null) : null,
      });
      if (merge.kind === 'ignore') warn(`consent_${merge.reason}`);
      else changes.push({ row, consent: merge.consent });
      if (merge.kind === 'store' && merge.consent.state === 'unproven') warn('consent_unproven');
    }
  }
  await upsertConsents(connection, changes);
  return warnings;
}

async function readConsents(
  connection: Connection,
  projectId: string,
  records: readonly CustomerRecord[],
  ids: ReadonlyMap<string, string>,
): Promise<ReadonlyMap<string, Row>> {
  const { rows } = await connection.query<Row>(
    `SELECT customer.id AS customer_id, customer.recipient_id, recipient.opted_out_at, category.id AS category_id,
            category.key AS category_key, category.class AS consent_class, clock_timestamp() AS now,
            consent.state, consent.method, consent.source, consent.said_at, consent.revoked_at
     FROM customer
     CROSS JOIN consent_category AS category
     LEFT JOIN recipient ON recipient.id = customer.recipient_id
     LEFT JOIN consent ON consent.customer_id = customer.id AND consent.category_id = category.id
     WHERE customer.id = ANY ($1::uuid[]) AND category.project_id = $2`,
    [records.map((record) => ids.get(record.externalId)), projectId],
  );
  return new Map(rows.map((row) => [`${row.customer_id} ${row.category_key}`, row]));
}

function storedConsent(row: Row): StoredConsent | null {
  if (row.state === null) return null;
  return {
    state: row.state,
    method: row.method,
    source: row.source,
    saidAt: row.said_at?.getTime() ?? null,
    revokedAt: row.revoked_at?.getTime() ?? null,
  };
}

async function upsertConsents(connection: Connection, changes: readonly Change[]): Promise<void> {
  if (changes.length === 0) return;
  const seconds = (instant: number | null): number | null => (instant === null ? null : instant / 1_000);
  await connection.query(
    `INSERT INTO consent (customer_id, category_id, recipient_id, state, method, source, said_at, revoked_at)
     SELECT customer_id, category_id, recipient_id, state, method, source, to_timestamp(said_at),
            to_timestamp(revoked_at)
     FROM unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::float8[], $8::float8[])
       AS t (customer_id, category_id, recipient_id, state, method, source, said_at, revoked_at)
     ON CONFLICT (customer_id, category_id) DO UPDATE SET
       recipient_id = EXCLUDED.recipient_id, state = EXCLUDED.state, method = EXCLUDED.method,
       source = EXCLUDED.source, said_at = EXCLUDED.said_at, revoked_at = EXCLUDED.revoked_at,
       updated_at = clock_timestamp()`,
    [
      changes.map(({ row }) => row.customer_id),
      changes.map(({ row }) => row.category_id),
      changes.map(({ row }) => row.recipient_id),
      changes.map(({ consent }) => consent.state),
      changes.map(({ consent }) => consent.method),
      changes.map(({ consent }) => consent.source),
      changes.map(({ consent }) => seconds(consent.saidAt)),
      changes.map(({ consent }) => seconds(consent.revokedAt)),
    ],
  );
}
