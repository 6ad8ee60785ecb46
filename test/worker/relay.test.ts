import net from 'node:net';
import { once } from 'node:events';
import { createLog } from '../../config/log.ts';
import { relayRuns } from '../../worker/relay.ts';
import { ensureSearchAttributes } from '../../worker/search-attributes.ts';
import { createTemporalClient, type TemporalClient } from '../../worker/temporal.ts';
import { eventually } from '../support/eventually.ts';
import { chain, mms, NOW } from '../support/scenarios.ts';
import { TestStack } from '../support/test-stack.ts';

let stack: TestStack;
let temporal: TemporalClient;

beforeAll(async () => {
  stack = await TestStack.start({ engine: false });
  await stack.startTemporal();
  temporal = createTemporalClient(stack.config.temporal);
  await ensureSearchAttributes(temporal, 'default');
});
afterAll(async () => {
  await temporal.connection.close();
  await stack.stop();
});

/** Relays until nothing is left. @returns how many rounds it took */
async function relayAll(): Promise<number> {
  for (let round = 1; ; round += 1)
    if (!(await relayRuns(stack.database.pool, temporal, createLog('test', 'silent'), () => undefined)))
      return round;
}

/** Workflow ids of everything that Temporal has ever started, with repetitions. */
async function started(count: number): Promise<readonly string[]> {
  return eventually(async () => {
    const ids: string[] = [];
    for await (const { workflowId } of temporal.client.workflow.list()) ids.push(workflowId);
    return ids.length >= count ? ids : undefined;
  });
}

async function unrelayed(): Promise<number> {
  const { rows } = await stack.database.pool.query<{ count: string }>(
    `SELECT count(*) FROM run WHERE relayed_at IS NULL AND state = 'requested'`,
  );
  return Number(rows[0]?.count);
}

describe('the relay', () => {
  const ids: string[] = [];

  it('starts every run once, also when several of it run at the same moment', async () => {
    const scenarioId = await stack.api.createScenario(chain('Many', NOW, mms('send')));
    for (let count = 0; count < 33; count += 1)
      ids.push((await stack.api.launch(scenarioId)).body.workflowId);
    await Promise.all([relayAll(), relayAll(), relayAll()]);
    expect(await unrelayed()).toBe(0);
    expect([...(await started(33))].sort()).toEqual([...ids].sort());
  });

  it('starts no run a second time when it was killed before it could say so', async () => {
    await stack.database.pool.query('UPDATE run SET relayed_at = NULL');
    await relayAll();
    expect(await unrelayed()).toBe(0);
    expect([...(await started(33))].sort()).toEqual([...ids].sort());
  });

  it('starts no run that was cancelled before, and says with what the others can be found', async () => {
    const scenarioId = await stack.api.createScenario(chain('Two', NOW, mms('send')));
    const cancelled = (await stack.api.launch(scenarioId)).body;
    const kept = (await stack.api.launch(scenarioId)).body;
    await stack.api.call('POST', `/v1/runs/${cancelled.id}/cancel`);
    await relayAll();
    const all = await started(34);
    expect(all).toContain(kept.workflowId);
    expect(all).not.toContain(cancelled.workflowId);
    const { typedSearchAttributes } = await temporal.client.workflow.getHandle(kept.workflowId).describe();
    expect(typedSearchAttributes.getAll().map(({ value }) => value)).toEqual(
      expect.arrayContaining(['default', scenarioId, kept.id, 'running']),
    );
  });
});

/** A server that lets callers in and never says a word. */
async function silentServer(): Promise<{ address: string; isCalled: Promise<unknown>; close: () => void }> {
  const callers: net.Socket[] = [];
  const server = net.createServer((caller) => callers.push(caller));
  const isCalled = once(server, 'connection');
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    address: `127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`,
    isCalled,
    close: () => {
      for (const caller of callers) caller.destroy();
      server.close();
    },
  };
}

describe('a Temporal that does not answer', () => {
  it('holds up the start of a run and nothing that an operator does to it', async () => {
    const { id } = (await stack.api.launch(await stack.api.createScenario(chain('Three', NOW)))).body;
    const silent = await silentServer();
    const client = createTemporalClient({ ...stack.config.temporal, address: silent.address });
    let relaying = true;
    const relay = relayRuns(stack.database.pool, client, createLog('test', 'silent'), () => undefined)
      .catch(() => undefined)
      .finally(() => (relaying = false));
    await silent.isCalled;
    for (const [verb, state] of [
      ['pause', 'paused'],
      ['resume', 'requested'],
      ['cancel', 'cancelled'],
    ] as const) {
      const { status, body } = await stack.api.call('POST', `/v1/runs/${id}/${verb}`);
      expect([status, body['state'], relaying]).toEqual([202, state, true]);
    }
    silent.close();
    await relay;
    await client.connection.close();
  });
});
