import type { CustomerRecord } from '../../domain/customer-record.ts';
import { phoneHash } from '../phone-hash.ts';
import type { Connection, Pool } from '../pool.ts';
import { inTransaction } from '../transaction.ts';
import { lockNumbers, repeatedly, type Check } from './lock-numbers.ts';
import { numberWarnings, type NumberWarning } from './number-warnings.ts';
import { writeConsents, type ConsentWarning } from './write-consents.ts';
import { storedPhone, type StoredPhone } from './phone-number.ts';

export interface ImportInput {
  readonly projectId: string;
  readonly phoneKey: string;
  /** Each `externalId` at most once. */
  readonly records: readonly CustomerRecord[];
  readonly check?: Check;
  /** When the records were received, if that was long ago: what says no time of its own was said then. */
  readonly now?: Date;
}

export interface ImportResult {
  readonly created: number;
  readonly updated: number;
  /** Consents that were not taken and numbers that nobody can be reached at, by `externalId`. */
  readonly warnings: readonly (ConsentWarning | NumberWarning)[];
  /** Ids by `externalId`. */
  readonly ids: ReadonlyMap<string, string>;
}

/** A record with its number as it will be stored. */
export interface PreparedRecord {
  readonly record: CustomerRecord;
  /** Undefined leaves the number as it is. */
  readonly phone: StoredPhone | undefined;
  readonly hash: Buffer | undefined;
}

/**
 * Creates and updates customers by `externalId`, all or none.
 *
 * Recipients are locked first, as by everything that changes who may be written to: a claim sees a customer's number
 * and consents as they were before or as they are after, never half of each.
 */
export function importCustomers(pool: Pool, input: ImportInput): Promise<ImportResult> {
  // Another import may create one of the customers meanwhile, or hold its number.
  return repeatedly(() => inTransaction(pool, (connection) => writeCustomers(connection, input)));
}

/** As {@link importCustomers}, in a transaction that is one of {@link repeatedly}. */
export async function writeCustomers(
  connection: Connection,
  { projectId, phoneKey, records, now, check }: ImportInput,
): Promise<ImportResult> {
  if (records.length === 0) return { created: 0, updated: 0, warnings: [], ids: new Map() };
  const prepared = records.map((record): PreparedRecord => {
    const phone = record.phone === undefined ? undefined : storedPhone(record.phone);
    return { record, phone, hash: phone?.state === 'valid' ? phoneHash(phoneKey, phone.e164) : undefined };
  });
  const recipients = await ensureRecipients(connection, projectId, prepared);
  const values = records.map((record) => record.externalId);
  await lockNumbers(connection, { projectId, column: 'external_id', values }, recipients.values());
  await check?.(connection);
  const updated = await updateCustomers(connection, projectId, prepared, recipients);
  const created = await insertCustomers(
    connection,
    projectId,
    prepared.filter(({ record }) => !updated.has(record.externalId)),
    recipients,
  );
  const ids = new Map([...updated, ...created]);
  const warnings = [
    ...numberWarnings(prepared),
    ...(await writeConsents(connection, projectId, records, { ids, now })),
  ];
  return { created: created.size, updated: updated.size, warnings, ids };
}

/** Recipients of all valid numbers, by hash in hexadecimal. */
async function ensureRecipients(
  connection: Connection,
  projectId: string,
  prepared: readonly PreparedRecord[],
): Promise<ReadonlyMap<string, string>> {
  const byHash = new Map<string, { hash: Buffer; phone: StoredPhone & { state: 'valid' } }>();
  for (const { phone, hash } of prepared) {
    if (hash && phone?.state === 'valid') byHash.set(hash.toString('hex'), { hash, phone });
  }
  const numbers = [...byHash].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, number]) => number);
  if (numbers.length === 0) return new Map();
  const hashes = numbers.map(({ hash }) => hash);
  await connection.query(
    `INSERT INTO recipient (project_id, phone_hash, country, line_type)
     SELECT $1, hash, country, line_type FROM unnest($2::bytea[], $3::text[], $4::text[]) AS t (hash, country, line_type)
     ON CONFLICT DO NOTHING`,
    [
      projectId,
      hashes,
      numbers.map(({ phone }) => phone.country),
      numbers.map(({ phone }) => phone.lineType),
    ],
  );
  const { rows } = await connection.query<{ id: string; hash: string }>(
    `SELECT id, encode(phone_hash, 'hex') AS hash FROM recipient
     WHERE project_id = $1 AND phone_hash = ANY ($2::bytea[])`,
    [projectId, hashes],
  );
  return new Map(rows.map((row) => [row.hash, row.id]));
}

const COLUMNS = `
  unnest($2::text[], $3::boolean[], $4::text[], $5::text[], $6::bigint[], $7::boolean[], $8::text[], $9::boolean[],
         $10::text[], $11::jsonb[], $12::jsonb[])
  AS given (external_id, phone_given, phone, phone_state, recipient_id, timezone_given, timezone, language_given,
            language, attributes, removed)`;

function columns(
  projectId: string,
  prepared: readonly PreparedRecord[],
  recipients: ReadonlyMap<string, string>,
): unknown[] {
  const { entries, fromEntries } = Object;
  return [
    projectId,
    prepared.map(({ record }) => record.externalId),
    prepared.map(({ phone }) => phone !== undefined),
    prepared.map(({ phone }) => phoneText(phone)),
    prepared.map(({ phone }) => phone?.state ?? 'none'),
    prepared.map(({ hash }) => (hash && recipients.get(hash.toString('hex'))) ?? null),
    prepared.map(({ record }) => record.timezone !== undefined),
    prepared.map(({ record }) => record.timezone ?? null),
    prepared.map(({ record }) => record.language !== undefined),
    prepared.map(({ record }) => record.language ?? null),
    prepared.map(({ record }) =>
      JSON.stringify(fromEntries(entries(record.attributes).filter(([, value]) => value !== null))),
    ),
    prepared.map(({ record }) =>
      JSON.stringify(entries(record.attributes).flatMap(([name, value]) => (value === null ? [name] : []))),
    ),
  ];
}

function phoneText(phone: StoredPhone | undefined): string | null {
  if (phone?.state === 'valid') return phone.e164;
  return phone?.state === 'invalid' ? phone.given : null;
}

async function updateCustomers(
  connection: Connection,
  projectId: string,
  prepared: readonly PreparedRecord[],
  recipients: ReadonlyMap<string, string>,
): Promise<ReadonlyMap<string, string>> {
  const { rows } = await connection.query<{ id: string; external_id: string }>(
    `UPDATE customer SET
       phone = CASE WHEN phone_given THEN given.phone ELSE customer.phone END,
       phone_state = CASE WHEN phone_given THEN given.phone_state ELSE customer.phone_state END,
       recipient_id = CASE WHEN phone_given THEN given.recipient_id ELSE customer.recipient_id END,
       timezone = CASE WHEN timezone_given THEN given.timezone ELSE customer.timezone END,
       language = CASE WHEN language_given THEN given.language ELSE customer.language END,
       attributes = (customer.attributes || given.attributes)
                    - ARRAY(SELECT jsonb_array_elements_text(given.removed)),
       updated_at = clock_timestamp()
     FROM ${COLUMNS}
     WHERE customer.project_id = $1 AND customer.external_id = given.external_id
     RETURNING customer.id, customer.external_id`,
    columns(projectId, prepared, recipients),
  );
  return new Map(rows.map((row) => [row.external_id, row.id]));
}

async function insertCustomers(
  connection: Connection,
  projectId: string,
  prepared: readonly PreparedRecord[],
  recipients: ReadonlyMap<string, string>,
): Promise<ReadonlyMap<string, string>> {
  if (prepared.length === 0) return new Map();
  const { rows } = await connection.query<{ id: string; external_id: string }>(
    `INSERT INTO customer (project_id, external_id, phone, phone_state, recipient_id, timezone, language, attributes)
     SELECT $1, external_id, phone, phone_state, recipient_id, timezone, language, attributes FROM ${COLUMNS}
     RETURNING id, external_id`,
    columns(projectId, prepared, recipients),
  );
  return new Map(rows.map((row) => [row.external_id, row.id]));
}
