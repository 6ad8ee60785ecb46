import { randomInt } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { eventually } from '../support/eventually.ts';
import { mms, NOW, ordinaryPhones, wait } from '../support/scenarios.ts';
import type { ServiceProcess } from '../support/service-process.ts';
import { TestStack } from '../support/test-stack.ts';
import { chance } from '../support/walk-case.ts';
import { startWorkerProcess } from '../support/worker-process.ts';

const CUSTOMERS = 120;
const WAITS = 30;
const LOOPS = [1, 2, 3];
/** An execution continues as new once its history is longer than this; production allows 2,000. */
const HISTORY_EVENTS = 60;
/** What one turn of the cohort, and a killed worker's lost tasks, may add before it can. */
const ONE_TURN = 60;
/** Temporal suggests to continue as new from here on. */
const MAX_EVENTS = 4_096;
/** All but the first worker keep no workflow in memory: for one that does Temporal waits 10 s after its kill. */
const NO_CACHE = 0;
/** `TEST_SEED` repeats the moments of an earlier run. */
const SEED = Number(process.env['TEST_SEED'] ?? randomInt(2 ** 31));

let stack: TestStack;
let worker: ServiceProcess;

beforeAll(async () => {
  stack = await TestStack.start({
    engine: false,
    simulator: { latencyMs: 50 },
    timings: { historyEvents: HISTORY_EVENTS, rounding: { fraction: 1 / 60, minMs: 100, maxMs: 1_000 } },
  });
  await stack.startTemporal();
  stack.startPumps();
  worker = await startWorkerProcess(stack);
});
afterAll(async () => {
  worker.kill();
  await stack.stop();
});

/** Thirty waits in a row, then three loops, each left once the customer's attribute lets it. */
function longScenario(): object {
  const waits = Array.from({ length: WAITS }, (_, index) => wait(`wait${index + 1}`, '100ms'));
  const loops = LOOPS.flatMap((loop) => [
    {
      id: `ask${loop}`,
      type: 'condition',
      config: { filter: { attribute: 'level', op: 'gte', value: loop } },
    },
    wait(`again${loop}`, '400ms'),
  ]);
  const path = ['start', 'first', ...waits.map((_, index) => `wait${index + 1}`), 'ask1'];
  return {
    name: 'Long life',
    nodes: [NOW, mms('first'), ...waits, ...loops, mms('last')],
    edges: [
      ...path.slice(1).map((to, index) => ({ from: path[index], to })),
      ...LOOPS.flatMap((loop) => [
        { from: `ask${loop}`, outlet: 'yes', to: loop === 3 ? 'last' : `ask${loop + 1}` },
        { from: `ask${loop}`, outlet: 'no', to: `again${loop}` },
        { from: `again${loop}`, to: `ask${loop}` },
      ]),
    ],
  };
}

async function number(sql: string): Promise<number> {
  const { rows } = await stack.database.pool.query<{ number: string | null }>(sql);
  return Number(rows[0]?.number ?? 0);
}

const messages = (): Promise<number> => number('SELECT count(*) AS number FROM message');
const steps = (): Promise<number> => number('SELECT max(step) AS number FROM cohort');
/** How often members have left a node. */
const left = (nodeId: string): Promise<number> =>
  number(`SELECT sum(bit_count(members)) AS number FROM trace WHERE node_id = '${nodeId}'`);

/** Waits until it is more than so much; long enough for Temporal to give up a worker that is gone. */
async function isMoreThan(limit: number, ask: () => Promise<number>): Promise<void> {
  await eventually(async () => ((await ask()) > limit ? true : undefined), 40_000);
}

/** SIGKILL to the worker at a random moment within a time that begins now, and another worker. */
async function killWithin(ms: number, why: string): Promise<void> {
  const afterMs = Math.round(chance(SEED, why) * ms);
  await pause(afterMs);
  worker.kill();
  await worker.end(5_000);
  const inDoubt = await number(`SELECT count(*) AS number FROM message WHERE state = 'submitting'`);
  process.stdout.write(`${why}: killed after ${afterMs} ms at step ${await steps()}, ${inDoubt} in doubt\n`);
  worker = await startWorkerProcess(stack, NO_CACHE);
}

async function lengthsOfHistories(): Promise<readonly number[]> {
  const lengths: number[] = [];
  for await (const { historyLength } of stack.client?.client.workflow.list({
    query: `WorkflowType = 'runCohort'`,
  }) ?? [])
    lengths.push(historyLength);
  return lengths;
}

describe('a cohort that lives long', () => {
  it(`continues as new again and again, through killed workers (seed ${SEED}), and loses or repeats nobody`, async () => {
    const phones = ordinaryPhones(CUSTOMERS);
    await stack.api.importConsenting(phones, { level: 0 });
    const runId = await stack.api.run(longScenario());
    await isMoreThan(0, messages);
    await killWithin(150, 'first message');
    for (const half of [0, 1]) {
      const wait = Math.ceil((half + chance(SEED, 'half', half)) * (WAITS / 2));
      await isMoreThan(0, () => left(`wait${wait}`));
      await killWithin(1_000, `wait ${wait}`);
    }
    for (const level of LOOPS) {
      await isMoreThan(CUSTOMERS, () => left(`again${level}`));
      await killWithin(1_000, `loop ${level}`);
      await isMoreThan(CUSTOMERS * 2, () => left(`again${level}`));
      await stack.api.importConsenting(phones, { level });
    }
    const end = await stack.api.runEnd(runId, 60_000);

    expect([end.state, end.audience]).toEqual(['finished', CUSTOMERS]);
    const out = (nodeId: string): object | undefined =>
      end.nodes.find((node) => node.node_id === nodeId)?.outcomes;
    for (let wait = 1; wait <= WAITS; wait += 1) expect(out(`wait${wait}`)).toEqual({ next: CUSTOMERS });
    for (const loop of LOOPS) expect(out(`ask${loop}`)).toMatchObject({ yes: CUSTOMERS });
    expect(end.messages).toEqual({ delivered: CUSTOMERS * 2 });
    const accepted = stack.simulator.ledger.rows.filter(({ kind }) => kind === 'accepted');
    expect(accepted).toHaveLength(CUSTOMERS * 2);
    expect(new Set(accepted.map(({ id }) => id)).size).toBe(CUSTOMERS * 2);

    const lengths = await lengthsOfHistories();
    process.stdout.write(`histories of ${lengths.join(', ')} events\n`);
    expect(lengths.length).toBeGreaterThan(5);
    expect(Math.max(...lengths)).toBeLessThanOrEqual(Math.min(HISTORY_EVENTS + ONE_TURN, MAX_EVENTS));
  }, 240_000);
});
