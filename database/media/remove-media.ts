import { MEDIA_PREFIX } from '../../domain/media-path.ts';
import { ENDED_RUN_STATES } from '../../domain/states.ts';
import { SHOWN_FOR_DAYS } from '../hosted-message.ts';
import type { Connection } from '../pool.ts';
import { MEDIA_COLUMNS, type StoredMedia } from './stored-media.ts';

/** A file that nothing begins to use and nobody removes until the commit. */
export async function lockMediaForRemoval(
  connection: Connection,
  projectId: string,
  id: string,
): Promise<StoredMedia | undefined> {
  const { rows } = await connection.query<StoredMedia>(
    `SELECT ${MEDIA_COLUMNS} FROM media WHERE project_id = $1 AND id = $2 AND hash IS NOT NULL FOR UPDATE`,
    [projectId, id],
  );
  return rows[0];
}

/** Where a file is used, by name or id. */
export interface MediaUses {
  readonly scenarios: readonly string[];
  readonly runs: readonly string[];
}

/** How long after the end of a run providers may still fetch its media: longer than they try to deliver. */
const FETCHED_FOR = '72 hours';

/** Whether a frozen version has an SMS with a link to a page that shows its media: they are looked at for longer then. */
const NAMES_LINK = `jsonb_path_exists(version.frozen, '$.nodes[*].config.fallback.text ? (@ like_regex "message *[.[]")')`;

/** What names the file by its address: drafts, archived ones among them, and runs that may still need it. */
export async function readMediaUses(
  connection: Connection,
  projectId: string,
  { hash }: Pick<StoredMedia, 'hash'>,
): Promise<MediaUses> {
  const path = `${MEDIA_PREFIX}${hash}.`;
  const { rows } = await connection.query<{ scenarios: string[]; runs: string[] }>(
    `SELECT
       ARRAY(SELECT name FROM scenario WHERE project_id = $1 AND position($2 IN nodes::text) > 0
             ORDER BY name LIMIT 20) AS scenarios,
       ARRAY(SELECT run.id::text FROM run JOIN scenario_version AS version ON version.id = run.version_id
             WHERE run.project_id = $1
               AND (run.state <> ALL ($3::text[]) OR run.finished_at > clock_timestamp()
                 - CASE WHEN ${NAMES_LINK} THEN make_interval(days => $5) ELSE $4::interval END)
               AND position($2 IN version.frozen::text) > 0
             ORDER BY run.requested_at LIMIT 20) AS runs`,
    [projectId, path, ENDED_RUN_STATES, FETCHED_FOR, SHOWN_FOR_DAYS],
  );
  return rows[0] ?? { scenarios: [], runs: [] };
}

/** Removes a file with its content. What was made smaller from it stays. */
export async function removeMedia(connection: Connection, id: string): Promise<void> {
  await connection.query('DELETE FROM media WHERE id = $1', [id]);
}
