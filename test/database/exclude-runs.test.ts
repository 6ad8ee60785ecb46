import { randomUUID } from 'node:crypto';
import { claimMessages } from '../../database/claim-messages.ts';
import { freezeAudience } from '../../database/freeze-audience.ts';
import {
  candidatesOf,
  claimScope,
  consentingCustomers,
  insertRun,
  launchRun,
  type LaunchedRun,
} from '../support/launched-run.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase(4);
});
afterAll(() => database.drop());

/** Freezes the audience of another run over the customers of this one. @returns external ids */
async function frozenWithout(run: LaunchedRun, excluded: readonly string[]): Promise<readonly string[]> {
  const { pool, projectId, month, members } = run;
  const runId = await insertRun(pool, projectId);
  await pool.query('UPDATE run SET exclude_runs = $2 WHERE id = $1', [runId, excluded]);
  const filter = {
    attribute: 'externalId',
    op: 'in' as const,
    value: members.map(({ externalId }) => externalId),
  };
  const input = { runId, projectId, month, filter, workflowIdPrefix: `cohort/test/${runId}/` };
  const frozen = await freezeAudience(pool, input);
  const { rows } = await pool.query<{ external_id: string }>(
    'SELECT external_id FROM entry JOIN customer ON customer.id = customer_id WHERE run_id = $1',
    [runId],
  );
  expect(frozen.customers).toBe(rows.length);
  return rows.map((row) => row.external_id).sort();
}

function idsOf(run: LaunchedRun, ...indexes: readonly number[]): readonly string[] {
  return run.members
    .filter(({ memberIndex }) => indexes.includes(memberIndex))
    .map(({ externalId }) => externalId)
    .sort();
}

async function claim(run: LaunchedRun, ...indexes: readonly number[]): Promise<void> {
  const members = run.members.filter(({ memberIndex }) => indexes.includes(memberIndex));
  const { claimed } = await claimMessages(run.pool, claimScope(run), candidatesOf(run, 'Hi', members), {
    token: randomUUID(),
  });
  expect(claimed).toHaveLength(members.length);
}

describe('an audience without the recipients of an earlier run', () => {
  it('leaves out exactly those for whom a message was offered', async () => {
    const run = await launchRun(database.pool, { customers: consentingCustomers(4) });
    await claim(run, 0, 2);
    expect(await frozenWithout(run, [run.runId])).toEqual(idsOf(run, 1, 3));
    expect(await frozenWithout(run, [])).toEqual(idsOf(run, 0, 1, 2, 3));
  });

  it('takes in whose message was given back or cancelled before it was offered', async () => {
    const run = await launchRun(database.pool, { customers: consentingCustomers(3) });
    await claim(run, 0, 1, 2);
    await database.pool.query(
      `UPDATE message SET state = (ARRAY['queued', 'cancelled', state])[member_index + 1] WHERE run_id = $1`,
      [run.runId],
    );
    expect(await frozenWithout(run, [run.runId])).toEqual(idsOf(run, 0, 1));
  });

  it('leaves out everybody of a household whose number was sent to', async () => {
    const [first, second, third] = consentingCustomers(3);
    if (!first || !second || !third) throw new Error('There are three customers.');
    const customers = [first, { ...second, phone: first.phone }, third];
    const run = await launchRun(database.pool, { customers });
    const sent = run.members.find(({ externalId }) => externalId === first.externalId);
    await claim(run, sent?.memberIndex ?? -1);
    expect(await frozenWithout(run, [run.runId])).toEqual([third.externalId]);
  });

  it('goes by every run that is named and by no other', async () => {
    const run = await launchRun(database.pool, { customers: consentingCustomers(2) });
    const other = await launchRun(database.pool, { customers: consentingCustomers(1) });
    await claim(run, 0);
    await claim(other, 0);
    expect(await frozenWithout(run, [other.runId])).toEqual(idsOf(run, 0, 1));
    expect(await frozenWithout(run, [other.runId, run.runId])).toEqual(idsOf(run, 1));
  });
});
