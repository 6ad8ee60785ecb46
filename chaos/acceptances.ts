import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Pool } from '../database/pool.ts';
import { ledgerRowSchema, type AcceptedRow, type LedgerRow } from '../simulators/ledger.ts';

/**
 * Reads the ledgers of simulated providers from their files: the truth about what was taken, whatever became of our processes.
 * @throws Error for a line that is no row: evidence that can't be read proves nothing
 */
export async function readSimulatorLedgers(
  home: string,
  providers: readonly string[],
): Promise<readonly LedgerRow[]> {
  const ledgers = providers.map((name) => readLedger(path.join(home, 'simulator', `${name}.jsonl`)));
  return (await Promise.all(ledgers)).flat();
}

async function readLedger(file: string): Promise<readonly LedgerRow[]> {
  const text = await readFile(file, 'utf8');
  return text.split('\n').flatMap((line, index) => {
    if (line === '') return [];
    const row = ledgerRowSchema.safeParse(jsonOf(line));
    if (!row.success) throw new Error(`${file}, line ${index + 1}, is no row of a ledger.`);
    return [row.data];
  });
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line) as unknown;
  } catch {
    return undefined;
  }
}

/** What the provider has taken. */
export function acceptancesOf(ledger: readonly LedgerRow[]): readonly AcceptedRow[] {
  return ledger.flatMap((row) => (row.kind === 'accepted' ? [row] : []));
}

/**
 * Acceptances beyond the first of the same intended message: of the same id, of the same customer's visit, of the
 * same number in one occasion; and acceptances of ids that the database does not know, or for another number.
 */
export async function countDuplicates(pool: Pool, ledger: readonly LedgerRow[]): Promise<number> {
  const accepted = acceptancesOf(ledger);
  const { rows } = await pool.query<{ duplicates: string }>(
    `WITH taken AS (SELECT * FROM unnest($1::text[], $2::text[]) AS t (id, number)),
          once AS (SELECT DISTINCT ON (id) id, number FROM taken ORDER BY id),
          known AS (SELECT message.*, once.number FROM message JOIN once ON once.id = message.id::text)
     SELECT
       (SELECT count(*) FROM taken) - (SELECT count(*) FROM once)
       + (SELECT count(*) FROM once) - (SELECT count(*) FROM known)
       + (SELECT count(*) FROM known WHERE ltrim(to_number, '+') IS DISTINCT FROM number)
       + (SELECT count(*) FROM known)
         - (SELECT count(*) FROM (SELECT DISTINCT cohort_id, member_index, action_id, pass, leg FROM known) AS t)
       + (SELECT count(*) FROM known WHERE occasion IS NOT NULL)
         - (SELECT count(*) FROM (SELECT DISTINCT run_id, occasion, action_id, pass, leg, number FROM known
                                  WHERE occasion IS NOT NULL) AS t) AS duplicates`,
    [accepted.map(({ id }) => id), accepted.map(({ to }) => to.replace('+', ''))],
  );
  return Number(rows[0]?.duplicates ?? Number.NaN);
}

/**
 * Calls that the provider took or knew the id of, beyond the claims of their message.
 *
 * A provider that refuses known ids hides a call too many: it is no second message there, and would be one elsewhere.
 */
export async function countUnclaimedCalls(pool: Pool, ledger: readonly LedgerRow[]): Promise<number> {
  const calls = ledger.flatMap((row) =>
    row.kind === 'accepted' || row.kind === 'duplicate_refused' ? [row.id] : [],
  );
  const { rows } = await pool.query<{ unclaimed: string }>(
    `WITH call AS (SELECT id, count(*) AS count FROM unnest($1::text[]) AS t (id) GROUP BY id)
     SELECT coalesce(sum(call.count - message.attempts), 0) AS unclaimed
     FROM call JOIN message ON message.id::text = call.id WHERE call.count > message.attempts`,
    [calls],
  );
  return Number(rows[0]?.unclaimed ?? Number.NaN);
}
