import { setTimeout as pause } from 'node:timers/promises';
import type { RunView } from '../support/api.ts';
import { eventually } from '../support/eventually.ts';
import { chain, mms, NOW, ordinaryPhones, wait } from '../support/scenarios.ts';
import { TestStack } from '../support/test-stack.ts';

const CUSTOMERS = 400;
const GAP_MS = 25;
/** What leaves at once: a micro-batch, and one that was claimed with it. */
const BURST = 64;
const MARKETING = '/v1/holds?scope=category&key=marketing';

let stack: TestStack;

beforeAll(async () => {
  stack = await TestStack.start({ timings: { backlogGapMs: GAP_MS } });
  await stack.api.importConsenting(ordinaryPhones(CUSTOMERS));
});
afterAll(() => stack.stop());

/** Instants at which the simulator accepted messages from `since` on. */
function accepted(since: number): readonly number[] {
  return stack.simulator.ledger.rows
    .filter((row) => row.kind === 'accepted' && row.at >= since)
    .map((row) => row.at)
    .sort((a, b) => a - b);
}

/** Most messages that were accepted within any second. */
function mostInASecond(instants: readonly number[]): number {
  return Math.max(...instants.map((from, i) => instants.slice(i).filter((at) => at < from + 1_000).length));
}

const isHere = (runId: string, count: number): Promise<RunView> =>
  eventually(async () => {
    const run = await stack.api.readRun(runId);
    return run.nodes.find(({ node_id }) => node_id === 'only')?.here === count ? run : undefined;
  });

describe('what was kept', () => {
  it('by a hold leaves at a pace once it is lifted, and the run says until when', async () => {
    await stack.api.call('PUT', '/v1/holds', { scope: 'category', key: 'marketing', reason: 'a complaint' });
    const runId = await stack.api.run(chain('Held', NOW, mms('only')));
    await isHere(runId, CUSTOMERS);
    const lifted = Date.now();
    await stack.api.call('DELETE', MARKETING);
    const until = await eventually(async () => (await stack.api.readRun(runId)).turnsUntil ?? undefined);
    const end = await stack.api.runEnd(runId);
    expect([end.messages, end.turnsUntil]).toEqual([{ delivered: CUSTOMERS }, null]);
    const instants = accepted(lifted);
    expect(instants).toHaveLength(CUSTOMERS);
    expect(mostInASecond(instants)).toBeLessThanOrEqual(1_000 / GAP_MS + BURST);
    expect(Number(instants.at(-1)) - Number(instants[0])).toBeGreaterThan((CUSTOMERS - BURST) * GAP_MS * 0.9);
    const foretold = Date.parse(until) - lifted;
    expect(foretold).toBeGreaterThan(0);
    expect(foretold).toBeLessThan(CUSTOMERS * GAP_MS + 15_000);
  });

  it('by a pause leaves at a pace once the run is resumed, also what was planned in the meantime', async () => {
    const runId = await stack.api.run(chain('Paused', NOW, wait('rest', '2s'), mms('only')));
    await eventually(async () => {
      const { nodes } = await stack.api.readRun(runId);
      return nodes.find(({ node_id }) => node_id === 'rest')?.here === CUSTOMERS ? true : undefined;
    });
    await stack.api.call('POST', `/v1/runs/${runId}/pause`);
    await pause(3_000);
    const resumed = Date.now();
    await stack.api.call('POST', `/v1/runs/${runId}/resume`);
    expect((await stack.api.runEnd(runId)).messages).toEqual({ delivered: CUSTOMERS });
    const instants = accepted(resumed);
    expect(instants).toHaveLength(CUSTOMERS);
    expect(mostInASecond(instants)).toBeLessThanOrEqual(1_000 / GAP_MS + BURST);
  });

  it('holds up nothing that was launched afterwards', async () => {
    const launched = Date.now();
    const runId = await stack.api.run(chain('Fresh', NOW, mms('only')));
    expect((await stack.api.runEnd(runId)).messages).toEqual({ delivered: CUSTOMERS });
    expect(mostInASecond(accepted(launched))).toBeGreaterThan(1_000 / GAP_MS + BURST);
  });
});
