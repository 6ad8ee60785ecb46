import type { RunView } from '../support/api.ts';
import { eventually } from '../support/eventually.ts';
import { chain, mms, NOW, ordinaryPhones } from '../support/scenarios.ts';
import { TestStack } from '../support/test-stack.ts';

const CUSTOMERS = 200;
/** Of the integration; marketing may use four fifths of it. */
const RATE = 50;
const MARKETING = RATE * 0.8;
/** What leaves at once: half a second's messages of each run; on a machine that has much to do a slot is used late, beside the next one. */
const BURST = 2 * MARKETING;

let stack: TestStack;

beforeAll(async () => {
  stack = await TestStack.start();
  await stack.api.importConsenting(ordinaryPhones(CUSTOMERS));
});
afterAll(() => stack.stop());
beforeEach(async () => {
  await stack.database.pool.query('TRUNCATE lane_slot');
  await setRate(null);
});

async function setRate(messagesPerSecond: number | null): Promise<void> {
  const { body } = await stack.api.call<{ integrations: { id: string }[] }>('GET', '/v1/integrations');
  const path = `/v1/integrations/${body.integrations[0]?.id ?? ''}`;
  const answer = await stack.api.call('PATCH', path, { messagesPerSecond });
  expect([answer.status, answer.body['messagesPerSecond']]).toEqual([200, messagesPerSecond]);
}

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

const lasted = (instants: readonly number[]): number =>
  (Number(instants.at(-1)) - Number(instants[0])) / 1_000;

async function launched(name: string, options: object): Promise<string> {
  const { body } = await stack.api.call<{ id: string }>(
    'POST',
    '/v1/scenarios',
    chain(name, NOW, mms('only')),
  );
  const launch = await stack.api.call<{ id: string }>('POST', `/v1/scenarios/${body.id}/launch`, options, {
    'idempotency-key': name,
  });
  expect(launch.status).toBe(202);
  return launch.body.id;
}

describe('the rate of an integration', () => {
  it('is shared by runs and kept while workers come and go; each run says until when', async () => {
    await setRate(RATE);
    const since = Date.now();
    const runs = [await launched('One', {}), await launched('Two', {})];
    const until = await eventually(async () => {
      const reports = await Promise.all(runs.map((id) => stack.api.readRun(id)));
      const ends = reports.flatMap(({ turnsUntil }) => (turnsUntil === null ? [] : [Date.parse(turnsUntil)]));
      return ends.length === 2 ? Math.max(...ends) : undefined;
    });
    await eventually(() => (accepted(since).length > CUSTOMERS / 2 ? true : undefined), 30_000);
    await stack.replaceWorker();
    const ends: RunView[] = [];
    for (const id of runs) ends.push(await stack.api.runEnd(id, 60_000));
    expect(ends.map(({ messages, turnsUntil }) => [messages, turnsUntil])).toEqual([
      [{ delivered: CUSTOMERS }, null],
      [{ delivered: CUSTOMERS }, null],
    ]);
    const instants = accepted(since);
    expect(instants).toHaveLength(2 * CUSTOMERS);
    expect(mostInASecond(instants)).toBeLessThanOrEqual(MARKETING + BURST);
    expect(lasted(instants)).toBeGreaterThan(((2 * CUSTOMERS) / MARKETING) * 0.8);
    expect((until - since) / 1_000).toBeGreaterThan(((2 * CUSTOMERS) / MARKETING) * 0.8);
    expect((until - since) / 1_000).toBeLessThan((2 * CUSTOMERS) / MARKETING + 15);
  });
});

describe('the rate of a run', () => {
  it('holds for that run alone', async () => {
    const since = Date.now();
    const slow = await launched('Slow', { messagesPerSecond: 40 });
    const fast = await launched('Fast', {});
    expect((await stack.api.runEnd(fast, 30_000)).messages).toEqual({ delivered: CUSTOMERS });
    // Nothing is reserved where nothing has a rate.
    const { rowCount } = await stack.database.pool.query('SELECT FROM lane_slot WHERE run_id = $1', [fast]);
    expect(rowCount).toBe(0);
    const end = await stack.api.runEnd(slow, 60_000);
    expect(end).toMatchObject({ messages: { delivered: CUSTOMERS }, messagesPerSecond: 40 });
    expect(accepted(since)).toHaveLength(2 * CUSTOMERS);
    expect(lasted(accepted(since))).toBeGreaterThan((CUSTOMERS / 40) * 0.8);
  });

  it('follows from the instant that it is to be spread until', async () => {
    const since = Date.now();
    const spreadUntil = new Date(since + 10_000).toISOString();
    const runId = await launched('Spread', { spreadUntil });
    const end = await stack.api.runEnd(runId, 60_000);
    expect(end).toMatchObject({ messages: { delivered: CUSTOMERS }, spreadUntil });
    const instants = accepted(since);
    expect(lasted(instants)).toBeGreaterThan(7);
    expect(Number(instants.at(-1)) - since).toBeLessThan(20_000);
  });
});
