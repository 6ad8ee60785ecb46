import type { MediaType } from '../../domain/media-type.ts';
import type { Connection, Pool, Queryable } from '../pool.ts';
import { inTransaction } from '../transaction.ts';
import { MEDIA_COLUMNS, type ImageFacts, type StoredMedia } from './stored-media.ts';

/** Most files of a project that are coming in. */
export const MAX_RECEIVING = 20;

/**
 * Makes a file that can be written to as long as something is stored at least every `leaseMs`.
 * @returns its id; undefined when too many of the project are coming in
 */
export function openMedia(pool: Pool, projectId: string, leaseMs: number): Promise<string | undefined> {
  return inTransaction(pool, async (connection) => {
    await lockMedia(connection, projectId);
    const { rows } = await connection.query<{ id: string }>(
      `INSERT INTO media (project_id, lease_until)
       SELECT $1, clock_timestamp() + make_interval(secs => $2)
       WHERE $3 > (SELECT count(*) FROM media WHERE project_id = $1 AND lease_until IS NOT NULL)
       RETURNING id`,
      [projectId, leaseMs / 1_000, MAX_RECEIVING],
    );
    return rows[0]?.id;
  });
}

/**
 * Stores the next bytes.
 * @returns false when the file has been given up meanwhile
 */
export async function appendMediaChunk(
  database: Queryable,
  id: string,
  data: Buffer,
  leaseMs: number,
): Promise<boolean> {
  const { rowCount } = await database.query(
    `WITH file AS (
       UPDATE media SET bytes = bytes + length($2::bytea),
         lease_until = clock_timestamp() + make_interval(secs => $3)
       WHERE id = $1 AND lease_until IS NOT NULL
       RETURNING id, bytes - length($2::bytea) AS first_byte)
     INSERT INTO media_chunk (media_id, first_byte, data) SELECT id, first_byte, $2 FROM file`,
    [id, data, leaseMs / 1_000],
  );
  return rowCount === 1;
}

/** What is known of a file whose every byte is stored. */
export interface MediaFacts {
  readonly hash: string;
  readonly contentType: MediaType;
  readonly image: ImageFacts | null;
  readonly sourceId: string | null;
}

export interface KeptMedia {
  readonly media: StoredMedia;
  /** Whether the project did not have this content before. */
  readonly isNew: boolean;
}

/**
 * Lets a file be seen, or leaves it for the one with the same content that the project has already.
 * @returns undefined when it has been given up meanwhile
 */
export function keepMedia(
  pool: Pool,
  projectId: string,
  id: string,
  facts: MediaFacts,
): Promise<KeptMedia | undefined> {
  return inTransaction(pool, async (connection) => {
    await lockMedia(connection, projectId);
    const known = await connection.query<StoredMedia>(
      `SELECT ${MEDIA_COLUMNS} FROM media WHERE project_id = $1 AND hash = $2`,
      [projectId, facts.hash],
    );
    if (known.rows[0]) {
      await dropMedia(connection, id);
      return { media: known.rows[0], isNew: false };
    }
    const { hash, contentType, image, sourceId } = facts;
    const { rows } = await connection.query<StoredMedia>(
      `UPDATE media SET hash = $2, content_type = $3, width = $4, height = $5, frames = $6, lease_until = NULL,
         source_id = (SELECT source.id FROM media AS source WHERE source.id = $7)
       WHERE id = $1 AND lease_until IS NOT NULL RETURNING ${MEDIA_COLUMNS}`,
      [
        ...[id, hash, contentType],
        ...[image?.width ?? null, image?.height ?? null, image?.frames ?? null, sourceId],
      ],
    );
    return rows[0] && { media: rows[0], isNew: true };
  });
}

/** Removes a file that has not come in whole, or can't be sent, with what is stored of it. */
export async function dropMedia(database: Queryable, id: string): Promise<void> {
  await database.query('DELETE FROM media WHERE id = $1 AND lease_until IS NOT NULL', [id]);
}

/** Who counts or looks for a content next sees what this transaction makes. */
async function lockMedia(connection: Connection, projectId: string): Promise<void> {
  await connection.query(`SELECT pg_advisory_xact_lock(hashtextextended('media ' || $1, 0))`, [projectId]);
}

/** Removes files that broke off without anybody to notice. */
export async function sweepMedia(database: Queryable): Promise<void> {
  await database.query('DELETE FROM media WHERE lease_until < clock_timestamp()');
}
