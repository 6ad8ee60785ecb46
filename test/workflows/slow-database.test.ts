import { setTimeout as pause } from 'node:timers/promises';
import { inTransaction } from '../../database/transaction.ts';
import { eventually } from '../support/eventually.ts';
import { mms, NOW, ordinaryPhones } from '../support/scenarios.ts';
import { TestStack } from '../support/test-stack.ts';

const VIPS = 20;
/** Longer than a workflow task may take: Temporal lets it go on as long as it says that it lives. */
const LOCKED_MS = 14_000;

let stack: TestStack;

beforeAll(async () => {
  stack = await TestStack.start({ timings: { activityMs: 5_000 } });
  await stack.api.importConsenting(ordinaryPhones(VIPS), { vip: true });
  await stack.api.importConsenting({ throttled: '+12125550157' }, { vip: false });
});
afterAll(() => stack.stop());

/** Two branches that send side by side; what is not sent at once is offered again. */
const SCENARIO = {
  name: 'Side by side',
  nodes: [
    NOW,
    { id: 'ask', type: 'condition', config: { filter: { attribute: 'vip', op: 'eq', value: true } } },
    mms('vips'),
    mms('others'),
    mms('last'),
  ],
  edges: [
    { from: 'start', to: 'ask' },
    { from: 'ask', outlet: 'yes', to: 'vips' },
    { from: 'ask', outlet: 'no', to: 'others' },
    { from: 'vips', to: 'last' },
  ],
};

const accepted = async (): Promise<number> => {
  const { rows } = await stack.database.pool.query<{ count: string }>(
    `SELECT count(*) FROM message WHERE accepted_at IS NOT NULL`,
  );
  return Number(rows[0]?.count);
};

describe('a database that writes nothing of the walk for longer than a workflow task may take', () => {
  it('changes nothing of what a workflow decides, also when its history is replayed', async () => {
    const runId = await stack.api.run(SCENARIO);
    await eventually(async () => ((await accepted()) > 0 ? true : undefined));
    await inTransaction(stack.database.pool, async (connection) => {
      await connection.query('LOCK TABLE trace IN ACCESS EXCLUSIVE MODE');
      await pause(LOCKED_MS);
    });
    await stack.replaceWorker();
    const end = await stack.api.runEnd(runId);
    expect(end.state).toBe('finished');
    expect(end.messages).toEqual({ delivered: VIPS * 2 + 1 });
    await stack.replayHistories();
  }, 120_000);
});
