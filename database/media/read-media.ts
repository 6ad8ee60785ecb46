import type { Queryable } from '../pool.ts';
import { MEDIA_COLUMNS, type StoredMedia } from './stored-media.ts';

export async function readMedia(
  database: Queryable,
  projectId: string,
  id: string,
): Promise<StoredMedia | undefined> {
  const { rows } = await database.query<StoredMedia>(
    `SELECT ${MEDIA_COLUMNS} FROM media WHERE project_id = $1 AND id = $2 AND hash IS NOT NULL`,
    [projectId, id],
  );
  return rows[0];
}

/**
 * Those of a project's files that have one of these hashes.
 * @param lock whether none of them may be removed until the commit
 */
export async function readMediaByHash(
  database: Queryable,
  projectId: string,
  hashes: readonly string[],
  lock: 'FOR KEY SHARE' | '' = '',
): Promise<readonly StoredMedia[]> {
  if (hashes.length === 0) return [];
  const { rows } = await database.query<StoredMedia>(
    `SELECT ${MEDIA_COLUMNS} FROM media WHERE project_id = $1 AND hash = ANY ($2) ORDER BY hash ${lock}`,
    [projectId, hashes],
  );
  return rows;
}

export interface MediaFilter {
  readonly limit: number;
  /** The last file of the page before. */
  readonly cursor?: { readonly at: Date; readonly id: string } | undefined;
}

/** A page of a project's files, the newest first, and one more if there is one. */
export async function listMedia(
  database: Queryable,
  projectId: string,
  { cursor, limit }: MediaFilter,
): Promise<readonly StoredMedia[]> {
  const { rows } = await database.query<StoredMedia>(
    `SELECT ${MEDIA_COLUMNS} FROM media
     WHERE project_id = $1 AND hash IS NOT NULL AND ($2::timestamptz IS NULL OR (created_at, id) < ($2, $3::uuid))
     ORDER BY created_at DESC, id DESC LIMIT $4`,
    [projectId, cursor?.at ?? null, cursor?.id ?? null, limit + 1],
  );
  return rows;
}

/** The file of a content, whichever project has it. */
export async function findServedMedia(database: Queryable, hash: string): Promise<StoredMedia | undefined> {
  const { rows } = await database.query<StoredMedia>(
    `SELECT ${MEDIA_COLUMNS} FROM media WHERE hash = $1 ORDER BY created_at, id LIMIT 1`,
    [hash],
  );
  return rows[0];
}

/** A part of a file: from a byte up to, and without, another one. */
export interface BytesOf {
  readonly id: string;
  /** Default 0. */
  readonly from?: number;
  readonly to: number;
}

/**
 * The content of a file, or a part of it, piece by piece.
 * @throws Error when a piece is missing, as when the file is removed meanwhile
 */
export async function* readMediaBytes(
  database: Queryable,
  { id, from = 0, to }: BytesOf,
): AsyncGenerator<Buffer> {
  for (let at = from; at < to;) {
    const { rows } = await database.query<{ firstByte: number; data: Buffer }>(
      `SELECT first_byte AS "firstByte", data FROM media_chunk WHERE media_id = $1 AND first_byte <= $2
       ORDER BY first_byte DESC LIMIT 1`,
      [id, at],
    );
    const [chunk] = rows;
    const data = chunk?.data.subarray(at - chunk.firstByte, to - chunk.firstByte);
    if (!data?.length) throw new Error(`Nothing of the file is stored at byte ${at}.`);
    yield data;
    at += data.length;
  }
}
