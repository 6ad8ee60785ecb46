import type { Pool } from '../../database/pool.ts';
import type { CustomerRecord } from '../../domain/customer-record.ts';
import { consentingCustomers, launchRun, type LaunchedRun } from './launched-run.ts';
import { claim, inDoubt, record } from './ledger.ts';

/** A run of which every message is in doubt. */
export async function runInDoubt(
  pool: Pool,
  count = 1,
  more: Partial<CustomerRecord> = {},
): Promise<{ readonly run: LaunchedRun; readonly token: string }> {
  const run = await launchRun(pool, { customers: consentingCustomers(count, more) });
  const { token, claimed } = await claim(run);
  await record(
    run,
    token,
    claimed.map(({ id }) => inDoubt(id)),
  );
  return { run, token };
}
