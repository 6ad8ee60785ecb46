import { contentKindOf, HANDSET_KNOWN_DAYS, type ContentKind } from '../domain/content-kind.ts';
import type { MediaReference } from '../domain/message-content.ts';
import type { Queryable } from './pool.ts';

/**
 * SQL: whether it is known that a number's handset does not take an MMS of this kind; of null nothing is.
 *
 * A single value and no EXISTS, which PostgreSQL may answer by reading the whole table: it is a look into the key for each row.
 */
export function handsetKnownSql(recipientId: string, kind: string): string {
  return `coalesce((
    SELECT handset_limit.learnt_at > clock_timestamp() - make_interval(days => ${HANDSET_KNOWN_DAYS}) FROM handset_limit
    WHERE handset_limit.recipient_id = ${recipientId} AND handset_limit.kind = ${kind}), false)`;
}

/** SQL: whether anything is remembered of a number's handset; a single value for the same reason. */
export function handsetLearntSql(recipientId: string): string {
  return `(SELECT true FROM handset_limit WHERE handset_limit.recipient_id = ${recipientId} LIMIT 1) IS NOT NULL`;
}

/** What a report has told of an MMS. */
export interface HandsetReport {
  readonly month: number;
  readonly messageId: string;
  /** Whether it came through; else its handset or network could not take it. */
  readonly taken: boolean;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

interface Told {
  readonly recipientId: string;
  readonly kind: ContentKind;
  readonly taken: boolean;
  readonly at: number;
}

/**
 * Remembers which numbers did not take what, and forgets it of those that did.
 *
 * All rows of these numbers are locked first, in one order.
 */
export async function noteHandsets(database: Queryable, reports: readonly HandsetReport[]): Promise<void> {
  if (reports.length === 0) return;
  const { rows } = await database.query<{ id: string; recipient_id: string; content: Brought | null }>({
    name: 'read-handset-contents',
    text: `SELECT id, recipient_id, content FROM message
           WHERE month = ANY ($1::int[]) AND id = ANY ($2::uuid[]) AND channel = 'mms' AND NOT is_test`,
    values: [[...new Set(reports.map(({ month }) => month))], reports.map(({ messageId }) => messageId)],
  });
  const byId = new Map(rows.map((row) => [row.id, row]));
  const told = reports.flatMap(({ messageId, taken, at }): readonly Told[] => {
    const row = byId.get(messageId);
    if (!row?.content) return [];
    return [{ recipientId: row.recipient_id, kind: contentKindOf(row.content.media), taken, at }];
  });
  if (told.length === 0) return;
  await database.query({
    name: 'lock-handsets',
    text: 'SELECT FROM handset_limit WHERE recipient_id = ANY ($1::bigint[]) ORDER BY recipient_id, kind FOR UPDATE',
    values: [told.map(({ recipientId }) => recipientId)],
  });
  await forget(
    database,
    told.filter(({ taken }) => taken),
  );
  await remember(
    database,
    told.filter(({ taken }) => !taken),
  );
}

interface Brought {
  readonly media: readonly MediaReference[];
}

async function remember(database: Queryable, told: readonly Told[]): Promise<void> {
  if (told.length === 0) return;
  await database.query({
    name: 'remember-handsets',
    text: `
      INSERT INTO handset_limit (recipient_id, kind, learnt_at)
      SELECT DISTINCT ON (recipient_id, kind) recipient_id, kind, to_timestamp(at)
      FROM unnest($1::bigint[], $2::text[], $3::float8[]) AS told (recipient_id, kind, at)
      ORDER BY recipient_id, kind, at DESC
      ON CONFLICT (recipient_id, kind) DO UPDATE SET learnt_at = greatest(handset_limit.learnt_at, excluded.learnt_at)`,
    values: columnsOf(told),
  });
}

async function forget(database: Queryable, told: readonly Told[]): Promise<void> {
  if (told.length === 0) return;
  await database.query({
    name: 'forget-handsets',
    text: `
      DELETE FROM handset_limit
      USING unnest($1::bigint[], $2::text[], $3::float8[]) AS told (recipient_id, kind, at)
      WHERE handset_limit.recipient_id = told.recipient_id AND handset_limit.kind = told.kind
        AND handset_limit.learnt_at <= to_timestamp(told.at)`,
    values: columnsOf(told),
  });
}

function columnsOf(told: readonly Told[]): unknown[] {
  return [
    told.map(({ recipientId }) => recipientId),
    told.map(({ kind }) => kind),
    told.map(({ at }) => at / 1_000),
  ];
}
