import { customerStory } from '../../api/runs/customer-story.ts';
import { readRunRow } from '../../api/runs/read-run.ts';
import { pauseRun, resumeRun } from '../../database/change-run.ts';
import { liftHold, putHold } from '../../database/holds.ts';
import { recordWalk } from '../../database/record-walk.ts';
import { launchRun, type LaunchedRun } from '../support/launched-run.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

/** A run whose members are all at one node. */
async function runAt(nodeId: string): Promise<LaunchedRun> {
  const run = await launchRun(database.pool);
  const place = { number: 1, nodeId, pass: 1, members: '07', arrivedAt: 0, opened: true };
  const places = [{ ...place, openedAt: 0, state: {}, stuck: null }];
  await recordWalk(database.pool, run.cohort, { step: 1, departures: [], places });
  return run;
}

async function whyWaits({ pool, projectId, runId, members }: LaunchedRun): Promise<string | undefined> {
  const run = await readRunRow(pool, projectId, runId);
  const { entries } = await customerStory(pool, run, members[0]?.customerId ?? '');
  return (entries as { at: { explanation: string } | null }[])[0]?.at?.explanation;
}

describe('the story of a customer who waits', () => {
  it('says which hold keeps the message in, and why, until it is lifted', async () => {
    const run = await runAt('send');
    const { pool, projectId } = run;
    expect(await whyWaits(run)).toBe('');
    const [marketing, other] = ['marketing', 'transactional'].map((key) => ({
      scope: 'category' as const,
      key,
    }));
    if (!marketing || !other) throw new Error('There are two.');
    await putHold(pool, projectId, other, { reason: 'a mix-up', actor: 'ben' });
    expect(await whyWaits(run)).toBe('');
    await putHold(pool, projectId, marketing, { reason: 'a complaint', actor: 'ana' });
    expect(await whyWaits(run)).toMatch(
      /^The category "marketing" is held since \S+ \(ana\): a complaint\. Whoever is to be sent to waits/,
    );
    await pauseRun(pool, run.runId, 'wrong price');
    expect(await whyWaits(run)).toMatch(
      /^The run is paused: wrong price\. .* The category "marketing" is held/,
    );
    for (const target of [marketing, other]) await liftHold(pool, projectId, target);
  });

  it('says that the run is paused, and why, wherever the customer is; a hold only where it keeps something', async () => {
    const run = await runAt('start');
    const { pool, projectId } = run;
    await putHold(pool, projectId, { scope: 'project' }, { reason: 'a complaint', actor: 'ana' });
    expect(await whyWaits(run)).toBe('');
    await pauseRun(pool, run.runId, 'workflow_lost: cohort/x/0001');
    expect(await whyWaits(run)).toMatch(/^The run is paused: 1 workflow was terminated/);
    await resumeRun(pool, run.runId);
    expect(await whyWaits(run)).toBe('');
    await liftHold(pool, projectId, { scope: 'project' });
  });
});
