import type { ContactCard } from '../domain/contact-card.ts';
import type { Queryable } from './pool.ts';

export interface ContactCardRow {
  readonly id: string;
  readonly key: string;
  readonly fields: ContactCard;
  /** SHA-256 of the card as it is written, in hexadecimal. */
  readonly contentHash: string;
  /** Of the card as it is written. */
  readonly bytes: number;
  readonly revision: number;
  readonly createdAt: Date;
  readonly changedAt: Date;
}

/** A card as it is to be stored. */
export interface WrittenCard {
  readonly fields: ContactCard;
  readonly vcard: string;
  readonly contentHash: string;
}

const COLUMNS = `id, key, fields, content_hash AS "contentHash", revision, created_at AS "createdAt", changed_at AS "changedAt",
  (SELECT octet_length(vcard) FROM contact_card_content AS content
   WHERE content.content_hash = contact_card.content_hash) AS bytes`;

/** @returns whether it was stored: the project may have one with that key */
export async function insertContactCard(
  database: Queryable,
  projectId: string,
  key: string,
  card: WrittenCard,
): Promise<boolean> {
  await storeContent(database, card);
  const { rowCount } = await database.query(
    `INSERT INTO contact_card (project_id, key, fields, content_hash) VALUES ($1, $2, $3, $4)
     ON CONFLICT (project_id, key) DO NOTHING`,
    [projectId, key, JSON.stringify(card.fields), card.contentHash],
  );
  return rowCount === 1;
}

/** The card must be locked. */
export async function updateContactCard(database: Queryable, id: string, card: WrittenCard): Promise<void> {
  await storeContent(database, card);
  await database.query(
    `UPDATE contact_card SET fields = $2, content_hash = $3, revision = revision + 1, changed_at = now() WHERE id = $1`,
    [id, JSON.stringify(card.fields), card.contentHash],
  );
}

/** What it was written as is kept: runs that were launched with it go on sending that. The card must be locked. */
export async function deleteContactCard(database: Queryable, id: string): Promise<void> {
  await database.query('DELETE FROM contact_card WHERE id = $1', [id]);
}

/** @param lock whether nobody else may change it until the commit */
export async function readContactCard(
  database: Queryable,
  projectId: string,
  key: string,
  lock: 'FOR UPDATE' | '' = '',
): Promise<ContactCardRow | undefined> {
  const { rows } = await database.query<ContactCardRow>(
    `SELECT ${COLUMNS} FROM contact_card WHERE project_id = $1 AND key = $2 ${lock}`,
    [projectId, key],
  );
  return rows[0];
}

/** The newest first; one more than the limit, where there are as many. */
export async function listContactCards(
  database: Queryable,
  projectId: string,
  {
    limit,
    cursor,
  }: { readonly limit: number; readonly cursor?: { readonly at: Date; readonly id: string } | undefined },
): Promise<readonly ContactCardRow[]> {
  const { rows } = await database.query<ContactCardRow>(
    `SELECT ${COLUMNS} FROM contact_card
     WHERE project_id = $1 AND ($2::timestamptz IS NULL OR (created_at, id) < ($2, $3::uuid))
     ORDER BY created_at DESC, id DESC LIMIT $4`,
    [projectId, cursor?.at ?? null, cursor?.id ?? null, limit + 1],
  );
  return rows;
}

/** What is served under a hash; undefined when nothing is. */
export async function readVcard(database: Queryable, contentHash: string): Promise<string | undefined> {
  const { rows } = await database.query<{ vcard: string }>(
    'SELECT vcard FROM contact_card_content WHERE content_hash = $1',
    [contentHash],
  );
  return rows[0]?.vcard;
}

async function storeContent(database: Queryable, { contentHash, vcard }: WrittenCard): Promise<void> {
  await database.query(
    'INSERT INTO contact_card_content (content_hash, vcard) VALUES ($1, $2) ON CONFLICT (content_hash) DO NOTHING',
    [contentHash, vcard],
  );
}
