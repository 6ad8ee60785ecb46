import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Pool } from '../database/pool.ts';
import type { LedgerRow } from '../simulators/ledger.ts';

/** Reads the simulator's ledger from its file: the truth about what was taken, whatever became of our processes. */
export async function readSimulatorLedger(home: string): Promise<readonly LedgerRow[]> {
  const text = await readFile(path.join(home, 'simulator', 'infobip.jsonl'), 'utf8');
  // The simulator wrote each line; the last one may be half written.
  return text.split('\n').flatMap((line) => {
    try {
      return line === '' ? [] : [JSON.parse(line) as LedgerRow];
    } catch {
      return [];
    }
  });
}

/**
 * Acceptances beyond the first of the same intended message: of the same id, of the same customer's visit, of the
 * same number in one occasion; and acceptances of ids that the database does not know.
 */
export async function countDuplicates(pool: Pool, ledger: readonly LedgerRow[]): Promise<number> {
  const accepted = ledger.flatMap((row) => (row.kind === 'accepted' ? [row.id] : []));
  const twice = accepted.length - new Set(accepted).size;
  const { rows } = await pool.query<{ foreign_ids: string; entries: string; numbers: string }>(
    `WITH taken AS (SELECT DISTINCT id FROM unnest($1::text[]) AS id),
          known AS (SELECT message.* FROM message JOIN taken ON taken.id = message.id::text)
     SELECT
       (SELECT count(*) FROM taken) - (SELECT count(*) FROM known) AS foreign_ids,
       (SELECT count(*) FROM known)
         - (SELECT count(*) FROM (SELECT DISTINCT cohort_id, member_index, action_id, pass, leg FROM known) AS t) AS entries,
       (SELECT count(*) FROM known WHERE occasion IS NOT NULL)
         - (SELECT count(*) FROM (SELECT DISTINCT run_id, occasion, action_id, pass, leg, recipient_id FROM known
                                  WHERE occasion IS NOT NULL) AS t) AS numbers`,
    [accepted],
  );
  const [more] = rows;
  return twice + Number(more?.foreign_ids ?? 0) + Number(more?.entries ?? 0) + Number(more?.numbers ?? 0);
}
