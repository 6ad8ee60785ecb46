import { decideIncidents, readDecisions } from '../../database/incidents.ts';
import { pauseRun } from '../../database/change-run.ts';
import { recordWalk } from '../../database/record-walk.ts';
import { launchRun, type LaunchedRun } from '../support/launched-run.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';

let database: TestDatabase;
let run: LaunchedRun;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

beforeEach(async () => {
  run = await launchRun(database.pool);
  await becomeStuck(1, 1);
});

/** The cohort's walk tells that everybody is stuck at `send`. */
async function becomeStuck(step: number, at: number): Promise<void> {
  const place = {
    number: 2,
    nodeId: 'send',
    pass: 1,
    members: '07',
    arrivedAt: 0,
    opened: true,
    openedAt: 0,
  };
  const stuck = { code: 'template_failing', message: 'It fails.', at };
  const places = [{ ...place, state: {}, stuck }];
  await recordWalk(database.pool, run.cohort, { step, departures: [], places });
}

type Decision = Parameters<typeof decideIncidents>[2];

function decide(decision: Decision, actor = 'ann'): ReturnType<typeof decideIncidents> {
  return decideIncidents(database.pool, { runId: run.runId, nodeId: 'send' }, decision, actor);
}

const EXIT = { action: 'exit' } as const;
const SKIP = { action: 'skip', outlet: 'next' } as const;

describe('two decisions about those who are stuck', () => {
  it('that say the same are one', async () => {
    expect(await Promise.all([decide(SKIP, 'ann'), decide({ ...SKIP }, 'bob')])).toEqual([
      { visits: 1, decidedOtherwise: 0 },
      { visits: 1, decidedOtherwise: 0 },
    ]);
    expect(await readDecisions(database.pool, run.cohort.cohortId)).toMatchObject([{ decision: SKIP }]);
  });

  it('that differ: the first one holds, and the other one is told so', async () => {
    const answers = await Promise.all([decide(SKIP), decide(EXIT)]);
    expect(answers.map(({ visits }) => visits).sort()).toEqual([0, 1]);
    const [winner] = answers[0].visits === 1 ? [SKIP] : [EXIT];
    expect(answers).toContainEqual({ visits: 0, decidedOtherwise: 1 });
    expect(await readDecisions(database.pool, run.cohort.cohortId)).toMatchObject([{ decision: winner }]);
  });

  it('may differ while the run is paused: nothing has been carried out', async () => {
    await decide(EXIT);
    await pauseRun(database.pool, run.runId, 'by mistake');
    expect(await decide(SKIP)).toEqual({ visits: 1, decidedOtherwise: 0 });
    expect(await readDecisions(database.pool, run.cohort.cohortId)).toMatchObject([{ decision: SKIP }]);
  });

  it('may differ when the first one was carried out and has not helped', async () => {
    await decide({ action: 'retry' });
    await becomeStuck(2, 5_000);
    expect(await decide(EXIT)).toEqual({ visits: 1, decidedOtherwise: 0 });
  });
});
