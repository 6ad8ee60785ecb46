import { markUnresolved, takeMessagesInDoubt } from '../../database/messages-in-doubt.ts';
import type { Pool } from '../../database/pool.ts';
import type { CustomerRecord } from '../../domain/customer-record.ts';
import { runInDoubt } from './in-doubt.ts';
import type { LaunchedRun } from './launched-run.ts';
import { ledgerOf } from './ledger.ts';

/** A run whose messages nobody could find out anything of: long ago, so that they are stale by now. */
export async function runUnresolved(
  pool: Pool,
  count = 1,
  more: Partial<CustomerRecord> = {},
): Promise<{ readonly run: LaunchedRun; readonly ids: readonly string[]; readonly token: string }> {
  const { run, token } = await runInDoubt(pool, count, more);
  await pool.query(
    `UPDATE message SET look_at = clock_timestamp(), stale_at = stale_at - interval '2 days' WHERE run_id = $1`,
    [run.runId],
  );
  for (const message of await takeMessagesInDoubt(pool, count, 60_000)) await markUnresolved(pool, message);
  return { run, token, ids: (await ledgerOf(run)).map(({ id }) => id) };
}
