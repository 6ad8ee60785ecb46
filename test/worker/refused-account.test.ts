import { seedIntegration } from '../../database/seed-integration.ts';
import { inTransaction } from '../../database/transaction.ts';
import { infobipSeed, TEST_BOX } from '../support/credentials.ts';
import { eventually } from '../support/eventually.ts';
import { chain, mms, NOW } from '../support/scenarios.ts';
import { expectProblem } from '../support/problem.ts';
import { TestStack } from '../support/test-stack.ts';

interface Breaker {
  readonly integration: string;
  readonly nodes: readonly string[];
  readonly statusCode: string | null;
}
interface Story {
  readonly entries: readonly {
    readonly at: { readonly node_id: string; readonly explanation: string } | null;
  }[];
}

let stack: TestStack;

beforeAll(async () => {
  // The provider has another key than ours.
  stack = await TestStack.start({ simulator: { apiKey: 'rotated' } });
});
afterAll(() => stack.stop());

it('a run whose account is refused waits, tells everybody why, and goes on once the key is mended', async () => {
  const { api } = stack;
  const phones = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`c-${i}`, `+1212555${2_000 + i}`]));
  await api.importConsenting(phones);
  const scenarioId = await api.createScenario(chain('Refused', NOW, mms('send')));
  const launched = await api.launch(scenarioId);
  const runId = launched.body.id;
  const report = await eventually(async () => {
    const { body } = await api.call<{ breakers: readonly Breaker[] }>('GET', `/v1/runs/${runId}`);
    // On a busy machine a call may run out of its time first.
    return body.breakers[0]?.statusCode === 'E401' ? body : undefined;
  });
  expect(report.breakers).toMatchObject([{ integration: 'infobip', nodes: ['send'] }]);
  const { body } = await api.call<{ integrations: object[] }>('GET', '/v1/integrations');
  expect(body.integrations).toMatchObject([{ key: 'infobip', breaker: {} }]);
  const dryRun = await api.call('POST', `/v1/scenarios/${scenarioId}/launch`, { dryRun: true });
  expect(dryRun.body).toMatchObject({ eligible: 0, held: 40 });
  expect(dryRun.body['warnings']).toContainEqual(expect.objectContaining({ code: 'breaker_open' }));
  const at = await eventually(async () => {
    const story = (await api.call<Story>('GET', `/v1/runs/${runId}/customers/c-7`)).body.entries[0]?.at;
    // Its message may be the breaker's probe at this moment, and is not kept then.
    return story?.explanation === '' ? undefined : story;
  });
  expect(at).toMatchObject({
    node_id: 'send',
    explanation: expect.stringMatching(/E401|timeout/) as string,
  });

  await inTransaction(stack.database.pool, (connection) =>
    seedIntegration(
      { connection, projectId: stack.projectId, box: TEST_BOX },
      infobipSeed({ baseUrl: stack.simulatorUrl, apiKey: 'rotated' }),
    ),
  );
  expect((await api.runEnd(runId)).messages).toEqual({ delivered: 40 });
  expect(stack.simulator.ledger.rows.filter(({ kind }) => kind === 'accepted')).toHaveLength(40);
  const { rows } = await stack.database.pool.query('SELECT FROM message WHERE attempts <> 1');
  expect(rows).toEqual([]);
  const after = await api.call<{ breakers: readonly Breaker[] }>('GET', `/v1/runs/${runId}`);
  expect(after.body.breakers).toEqual([]);
  expectProblem(await api.call('GET', '/v1/integrations?x=1'), 400, 'bad_query');
});
