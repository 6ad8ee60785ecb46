import { randomUUID } from 'node:crypto';
import type { ApiAnswer } from '../support/api.ts';
import { entriesOf, expectProblem } from '../support/problem.ts';
import { chain, mms, NOW } from '../support/scenarios.ts';
import { TestStack } from '../support/test-stack.ts';

let stack: TestStack;

beforeAll(async () => {
  stack = await TestStack.start({ engine: false });
  const tester = { name: 'ana', phone: '+12065550142' };
  expect((await stack.api.call('POST', '/v1/test-recipients', tester)).status).toBe(201);
});
afterAll(() => stack.stop());

const SCENARIO = chain('Sale', NOW, mms('send', { text: 'Hi' }));

function send(
  scenarioId: string,
  body: object,
  key: string = randomUUID(),
): Promise<ApiAnswer<{ id: string }>> {
  return stack.api.call('POST', `/v1/scenarios/${scenarioId}/test-send`, body, { 'idempotency-key': key });
}

async function runs(query = ''): Promise<readonly unknown[]> {
  const answer = await stack.api.call<{ runs: readonly { id: string }[] }>('GET', `/v1/runs${query}`);
  return answer.body.runs.map(({ id }) => id);
}

describe('a test send', () => {
  it('is stored once under its key, as a run that says what it is', async () => {
    const scenarioId = await stack.api.createScenario(SCENARIO);
    const made = await send(scenarioId, { recipients: ['ana'] }, 'once');
    expect(made).toMatchObject({
      status: 202,
      headers: { location: `/v1/runs/${made.body.id}` },
      body: {
        scenarioId,
        state: 'requested',
        test: true,
        workflowId: expect.stringMatching(/^run\/test\/sale\//) as string,
      },
    });
    const again = await send(scenarioId, { recipients: ['ana'] }, 'once');
    expect([again.status, again.headers['idempotent-replayed'], again.body]).toEqual([
      202,
      'true',
      made.body,
    ]);
    expectProblem(
      await send(scenarioId, { recipients: ['ana'], node: 'send' }, 'once'),
      422,
      'idempotency_key_reused',
    );
    expect((await stack.api.call('GET', `/v1/runs/${made.body.id}`)).body).toMatchObject({ test: true });
    expect(await runs('?test=true')).toEqual([made.body.id]);
    expect(await runs('?test=false')).toEqual([]);
  });

  it('keeps no launch from anything and leaves no version behind', async () => {
    const scenarioId = await stack.api.createScenario(SCENARIO);
    const { body } = await send(scenarioId, { recipients: ['ana'] });
    const dryRun = await stack.api.call('POST', `/v1/scenarios/${scenarioId}/launch`, { dryRun: true });
    expect(JSON.stringify(dryRun.body)).not.toContain('run_open');
    const cancelled = await stack.api.call('POST', `/v1/runs/${body.id}/cancel`, { reason: 'seen enough' });
    expect(cancelled.status).toBeLessThan(300);
    const versions = await stack.api.call('GET', `/v1/scenarios/${scenarioId}/versions`);
    expect(versions.body).toMatchObject({ versions: [] });
    expect((await stack.api.launch(scenarioId)).status).toBe(202);
  });

  it('is refused for whom or what there is not, or without a key', async () => {
    const scenarioId = await stack.api.createScenario(SCENARIO);
    const entriesFor = async (body: object): Promise<unknown> =>
      entriesOf(expectProblem(await send(scenarioId, body), 422, 'bad_body'));
    expect(await entriesFor({ recipients: ['ana', 'anna'] })).toEqual([
      ['/recipients/1', 'unknown_test_recipient'],
    ]);
    expect(await entriesFor({ recipients: [] })).toEqual([['/recipients', 'bad_field']]);
    expect(await entriesFor({ recipients: ['ana'], node: 'start' })).toEqual([['/node', 'unknown_node']]);
    const path = `/v1/scenarios/${scenarioId}/test-send`;
    expectProblem(await stack.api.call('POST', path, { recipients: ['ana'] }), 400, 'bad_header');
    const broken = await stack.api.createScenario({ name: 'Broken', nodes: [NOW, mms('send')] });
    expectProblem(await send(broken, { recipients: ['ana'] }), 422, 'invalid_scenario');
  });
});
