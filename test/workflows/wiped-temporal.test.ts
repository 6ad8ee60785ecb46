import { rm } from 'node:fs/promises';
import path from 'node:path';
import { eventually } from '../support/eventually.ts';
import { chain, mms, NOW, ordinaryPhones, wait } from '../support/scenarios.ts';
import { TestStack } from '../support/test-stack.ts';

/** Two cohorts. */
const CUSTOMERS = 1_010;

let stack: TestStack;

beforeAll(async () => {
  stack = await TestStack.start({ simulator: { latencyMs: 20 } });
  await stack.api.importConsenting(ordinaryPhones(CUSTOMERS));
});
afterAll(() => stack.stop());

async function offered(runId: string): Promise<number> {
  const { rows } = await stack.database.pool.query<{ count: string }>(
    'SELECT count(*) FROM message WHERE run_id = $1',
    [runId],
  );
  return Number(rows[0]?.count);
}

/** Temporal comes back on its address and remembers nothing. */
async function wipeTemporal(): Promise<void> {
  await stack.temporal?.stop();
  await rm(path.join(stack.folder, 'temporal'), { recursive: true });
  await stack.startTemporal();
}

describe('a Temporal that has forgotten everything in the middle of a run', () => {
  it('pauses the run, which goes on from the database once it is resumed: everybody gets both messages once', async () => {
    const runId = await stack.api.run(chain('Wiped', NOW, mms('first'), wait('rest', '3s'), mms('second')));
    await eventually(async () => ((await offered(runId)) > CUSTOMERS / 3 ? true : undefined));
    await wipeTemporal();
    const paused = await eventually(async () => {
      const run = await stack.api.readRun(runId);
      return run.state === 'paused' ? run : undefined;
    }, 30_000);
    expect(paused.stateReason).toContain('workflow_lost');
    expect((await stack.api.call('POST', `/v1/runs/${runId}/resume`)).status).toBe(202);
    const end = await stack.api.runEnd(runId);
    expect([end.state, end.messages]).toEqual(['finished', { delivered: CUSTOMERS * 2 }]);
    const accepted = stack.simulator.ledger.rows
      .filter(({ kind }) => kind === 'accepted')
      .map(({ id }) => id);
    expect([accepted.length, new Set(accepted).size]).toEqual([CUSTOMERS * 2, CUSTOMERS * 2]);
  }, 120_000);
});
