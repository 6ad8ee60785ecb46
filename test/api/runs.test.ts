import { listRunRows } from '../../api/runs/read-run.ts';
import { expectProblem } from '../support/problem.ts';
import { chain, mms, NOW } from '../support/scenarios.ts';
import { TestStack } from '../support/test-stack.ts';

let stack: TestStack;

beforeAll(async () => {
  stack = await TestStack.start({ engine: false });
});
afterAll(() => stack.stop());

const NOWHERE = '/v1/runs/5b8f8c1e-0000-4000-8000-000000000000';

async function list(query = ''): Promise<readonly string[]> {
  const answer = await stack.api.call<{ runs: { id: string }[] }>('GET', `/v1/runs${query}`);
  if (answer.status !== 200) throw new Error(answer.text);
  return answer.body.runs.map(({ id }) => id);
}

describe('the list of runs', () => {
  it('reads no graphs', async () => {
    await stack.api.run(chain('Listed', NOW, mms('send')));
    const rows = await listRunRows(stack.database.pool, stack.projectId, { limit: 10 });
    expect(rows.length).toBeGreaterThan(0);
    for (const row of rows) expect(row).not.toHaveProperty('frozen');
  });
});

describe('a run that has not been started', () => {
  it('is read with its nodes, nobody at them and no estimate', async () => {
    await stack.api.importConsenting({ ana: '+12125550200' });
    const runId = await stack.api.run(chain('Waiting', NOW, mms('send')));
    expect(await stack.api.readRun(runId)).toMatchObject({
      id: runId,
      scenarioName: 'Waiting',
      state: 'requested',
      audience: null,
      cohorts: { total: 0, finished: 0 },
      nodes: [
        { node_id: 'start', action_id: null, here: 0, outcomes: {} },
        { node_id: 'send', action_id: 1, name: 'mms_1', here: 0, outcomes: {}, messages: {} },
      ],
      messages: {},
      suppressed: {},
      incidents: [],
      rate: { messagesPerSecond: 0 },
      estimate: null,
    });
    const events = await stack.api.call('GET', `/v1/runs/${runId}/events`);
    expect([events.status, events.text]).toEqual([200, '']);
    expect(events.headers['content-type']).toMatch(/^application\/x-ndjson/);
    const story = await stack.api.call('GET', `/v1/runs/${runId}/customers/ana`);
    expect(story.body).toMatchObject({ runId, entries: [] });
    expectProblem(await stack.api.call('GET', `/v1/runs/${runId}/customers/nobody`), 404, 'not_found');
  });

  it('is cancelled at once, as often as it is asked', async () => {
    const runId = await stack.api.run(chain('Regretted', NOW, mms('send')));
    for (let round = 0; round < 2; round += 1) {
      const answer = await stack.api.call('POST', `/v1/runs/${runId}/cancel`);
      expect([answer.status, answer.body]).toEqual([
        202,
        expect.objectContaining({
          id: runId,
          state: 'cancelled',
          stateReason: expect.stringMatching(/^cancelled through the API by key /) as string,
        }),
      ]);
    }
    expect(await stack.api.readRun(runId)).toMatchObject({
      state: 'cancelled',
      finishedAt: expect.any(String) as string,
      estimate: null,
    });
  });
});

describe('pausing a run that is paused already', () => {
  it('adds the reason that an operator gives, once, and keeps it when none is given', async () => {
    const runId = await stack.api.run(chain('Doubted', NOW, mms('send')));
    const pause = async (body?: object): Promise<unknown> => {
      const answer = await stack.api.call('POST', `/v1/runs/${runId}/pause`, body);
      return [answer.status, answer.body['stateReason']];
    };
    expect(await pause({ reason: 'wrong text' })).toEqual([202, 'wrong text']);
    expect(await pause()).toEqual([202, 'wrong text']);
    for (let round = 0; round < 2; round += 1)
      expect(await pause({ reason: 'wrong price; late' })).toEqual([202, 'wrong text; wrong price; late']);
    expect((await stack.api.call('POST', `/v1/runs/${runId}/resume`)).body['stateReason']).toBeNull();
  });
});

describe('the list of runs', () => {
  it('begins with the newest and is narrowed by scenario and state', async () => {
    const scenarioId = await stack.api.createScenario(chain('Twice', NOW));
    const first = (await stack.api.launch(scenarioId)).body.id;
    const second = (await stack.api.launch(scenarioId)).body.id;
    await stack.api.call('POST', `/v1/runs/${first}/cancel`);
    expect((await list()).slice(0, 2)).toEqual([second, first]);
    expect(await list(`?scenarioId=${scenarioId}`)).toEqual([second, first]);
    expect(await list(`?scenarioId=${scenarioId}&state=cancelled`)).toEqual([first]);
    expect(await list(`?scenarioId=${scenarioId}&state=finished`)).toEqual([]);
  });
});

describe('a run that does not exist', () => {
  it('is a 404 at each of its addresses', async () => {
    for (const path of [NOWHERE, '/v1/runs/no-id', `${NOWHERE}/events`, `${NOWHERE}/customers/ana`])
      expectProblem(await stack.api.call('GET', path), 404, 'not_found');
    expectProblem(await stack.api.call('POST', `${NOWHERE}/cancel`), 404, 'not_found');
  });
});
