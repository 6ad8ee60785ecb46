import type { SavedContent, SavedContentStore } from '../providers/saved-content.ts';
import type { Queryable } from './pool.ts';

/** Saved contents, for every process of the installation. */
export function savedContentStore(database: Queryable): SavedContentStore {
  return {
    read: async (integrationId, hash) => {
      const { rows } = await database.query<SavedContent>(
        `SELECT state, reference, status_code AS "statusCode", error,
                (extract(epoch FROM clock_timestamp() - since) * 1000)::float8 AS "ageMs"
         FROM saved_content WHERE integration_id = $1 AND content_hash = $2`,
        [integrationId, hash],
      );
      return rows[0];
    },
    begin: async (integrationId, hash, { leaseMs, refusedMs }) => {
      const { rowCount } = await database.query(
        `INSERT INTO saved_content AS known (integration_id, content_hash, state) VALUES ($1, $2, 'saving')
         ON CONFLICT (integration_id, content_hash) DO UPDATE SET state = 'saving', reference = NULL, since = clock_timestamp()
         WHERE known.since < clock_timestamp() - make_interval(secs =>
           CASE known.state WHEN 'saving' THEN $3::float8 WHEN 'refused' THEN $4::float8 END / 1000.0)`,
        [integrationId, hash, leaseMs, refusedMs],
      );
      return rowCount === 1;
    },
    putOff: async (integrationId, hash, ageMs) => {
      await database.query(
        `UPDATE saved_content SET since = clock_timestamp() - make_interval(secs => $3 / 1000.0)
         WHERE integration_id = $1 AND content_hash = $2 AND state = 'saving'`,
        [integrationId, hash, ageMs],
      );
    },
    saved: async (integrationId, hash, reference) => {
      await database.query(
        `UPDATE saved_content SET state = 'encoding', reference = $3, since = clock_timestamp()
         WHERE integration_id = $1 AND content_hash = $2 AND state = 'saving'`,
        [integrationId, hash, reference],
      );
    },
    ready: async (integrationId, reference) => {
      await database.query(
        `UPDATE saved_content SET state = 'ready', since = clock_timestamp()
         WHERE integration_id = $1 AND reference = $2 AND state = 'encoding'`,
        [integrationId, reference],
      );
    },
    refused: async (integrationId, by, { statusCode, error }) => {
      const [column, value] = 'hash' in by ? ['content_hash', by.hash] : ['reference', by.reference];
      await database.query(
        `UPDATE saved_content SET state = 'refused', status_code = $3, error = $4, since = clock_timestamp()
         WHERE integration_id = $1 AND ${column} = $2 AND state <> 'ready'`,
        [integrationId, value, statusCode, error],
      );
    },
    forget: async (integrationId, hash, reference) => {
      await database.query(
        `DELETE FROM saved_content
         WHERE integration_id = $1 AND content_hash = $2 AND reference IS NOT DISTINCT FROM $3`,
        [integrationId, hash, reference],
      );
    },
  };
}
