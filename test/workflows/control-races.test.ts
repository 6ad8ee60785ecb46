import { randomInt } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { RunView } from '../support/api.ts';
import { eventually } from '../support/eventually.ts';
import { chain, mms, NOW, ordinaryPhones, wait } from '../support/scenarios.ts';
import { TestStack } from '../support/test-stack.ts';
import { chance } from '../support/walk-case.ts';

const CUSTOMERS = 300;
const OPERATORS = 4;
const COMMANDS = 12;
/** `TEST_SEED` repeats the commands of an earlier run. */
const SEED = Number(process.env['TEST_SEED'] ?? randomInt(2 ** 31));
const SCENARIO = chain('Races', NOW, mms('first'), wait('rest', '1s'), mms('second'));

let stack: TestStack;

beforeAll(async () => {
  stack = await TestStack.start({ simulator: { latencyMs: 20 } });
  await stack.api.importConsenting(ordinaryPhones(CUSTOMERS));
});
afterAll(() => stack.stop());

/**
 * Several people at once who change a run, hold its category and lift the hold again, as chance will have it.
 * @returns the statuses of all answers; in the end nothing is held
 */
async function quarrel(name: string, runId: string): Promise<ReadonlySet<number>> {
  const statuses = new Set<number>();
  const hold = { scope: 'category', key: 'marketing' };
  const commands = [
    () => stack.api.call('POST', `/v1/runs/${runId}/pause`),
    () => stack.api.call('POST', `/v1/runs/${runId}/resume`),
    () => stack.api.call('POST', `/v1/runs/${runId}/finish`),
    () => stack.api.call('PUT', '/v1/holds', { ...hold, reason: 'a quarrel' }),
    () => stack.api.call('DELETE', `/v1/holds?scope=${hold.scope}&key=${hold.key}`),
  ];
  const operator = async (person: number): Promise<void> => {
    for (let turn = 0; turn < COMMANDS; turn += 1) {
      const command = commands[Math.floor(chance(SEED, name, person, turn) * commands.length)];
      const answer = await command?.();
      statuses.add(answer?.status ?? 0);
      await pause(chance(SEED, name, person, turn, 'rest') * 150);
    }
  };
  await Promise.all(Array.from({ length: OPERATORS }, (_, person) => operator(person)));
  await stack.api.call('DELETE', `/v1/holds?scope=${hold.scope}&key=${hold.key}`);
  return statuses;
}

function offered(runId: string): Promise<number> {
  return stack.database.pool
    .query<{ count: string }>(`SELECT count(*) FROM message WHERE run_id = $1 AND attempts > 0`, [runId])
    .then(({ rows }) => Number(rows[0]?.count));
}

/** No number was accepted twice for one message, and every message ended as the ledger of the provider has it. */
async function expectOnce(end: RunView): Promise<void> {
  const accepted = stack.simulator.ledger.rows.filter(({ kind }) => kind === 'accepted').map(({ id }) => id);
  expect(new Set(accepted).size).toBe(accepted.length);
  const { rows } = await stack.database.pool.query<{ twice: string }>(
    `SELECT count(*) AS twice FROM (
       SELECT FROM message WHERE run_id = $1 GROUP BY customer_id, action_id, pass HAVING count(*) > 1) AS twice`,
    [end.id],
  );
  expect(rows).toEqual([{ twice: '0' }]);
  expect(end.nodes.map(({ here }) => here)).toEqual(end.nodes.map(() => 0));
}

describe(`a run about which several people quarrel (seed ${SEED})`, () => {
  it('brings everybody both messages once they let it go on', async () => {
    const runId = await stack.api.run(SCENARIO);
    expect(await quarrel('go on', runId)).toEqual(new Set([200, 202]));
    await stack.api.call('POST', `/v1/runs/${runId}/resume`);
    const end = await stack.api.runEnd(runId);
    expect([end.state, end.messages]).toEqual(['finished', { delivered: CUSTOMERS * 2 }]);
    await expectOnce(end);
  });

  it('ends everybody once somebody cancels it in the middle', async () => {
    const runId = await stack.api.run(SCENARIO);
    const quarrelling = quarrel('cancel', runId);
    await pause(chance(SEED, 'cancel') * 1_500);
    expect((await stack.api.call('POST', `/v1/runs/${runId}/cancel`)).status).toBe(202);
    const atCancel = await offered(runId);
    expect([...(await quarrelling)]).not.toContain(500);
    const end = await stack.api.runEnd(runId);
    expect([end.state, await offered(runId)]).toEqual(['cancelled', atCancel]);
    await expectOnce(end);
  });
});

describe('a run that is both held and paused', () => {
  it('goes on only when neither is left', async () => {
    const held = { scope: 'sender', key: 'default', reason: 'a complaint' };
    await stack.api.call('PUT', '/v1/holds', held);
    const runId = await stack.api.run(chain('Held and paused', NOW, mms('only')));
    const isHere = (): Promise<true> =>
      eventually(async () => {
        const { nodes } = await stack.api.readRun(runId);
        return nodes.find(({ node_id }) => node_id === 'only')?.here === CUSTOMERS ? true : undefined;
      });
    await isHere();
    await stack.api.call('POST', `/v1/runs/${runId}/pause`);
    await stack.api.call('DELETE', '/v1/holds?scope=sender&key=default');
    const { holdRecheckMs } = stack.config.timings;
    await pause(holdRecheckMs * 3);
    expect(await offered(runId)).toBe(0);
    await stack.api.call('PUT', '/v1/holds', held);
    await stack.api.call('POST', `/v1/runs/${runId}/resume`);
    await pause(holdRecheckMs * 3);
    expect(await offered(runId)).toBe(0);
    await stack.api.call('DELETE', '/v1/holds?scope=sender&key=default');
    expect((await stack.api.runEnd(runId)).messages).toEqual({ delivered: CUSTOMERS });
  });
});
