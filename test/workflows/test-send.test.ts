import { randomUUID } from 'node:crypto';
import type { PreviewReport } from '../../api/schemas/preview.ts';
import { NOW, wait } from '../support/scenarios.ts';
import { TestStack } from '../support/test-stack.ts';

let stack: TestStack;

beforeAll(async () => {
  stack = await TestStack.start();
  const { api } = stack;
  const testers = [
    { name: 'ana', phone: '+12065550250', language: 'fr-CA', attributes: { first_name: 'Ana', vip: true } },
    { name: 'same handset', phone: '+12065550250', attributes: { vip: true } },
    { name: 'plain', phone: '+12065550251' },
    { name: 'stopped', phone: '+12065550252', attributes: { vip: true } },
  ];
  for (const tester of testers)
    expect((await api.call('POST', '/v1/test-recipients', tester)).status).toBe(201);
  await api.call('POST', '/v1/suppressions', { phone: '+12065550252', reason: 'asked' });
  await api.call('PATCH', '/v1/project', { messageCap: { messages: 1, window: '30d' } });
  await api.importConsenting({ customer: '+12065550250' });
});
afterAll(() => stack.stop());

const sms = (id: string, text: string): object => ({
  id,
  type: 'sms',
  config: { category: 'marketing', text },
});
const FIRST = '“Hi” {{ customer.first_name | default("you") }}, {{ customer.language }}';

const SCENARIO = {
  name: 'Tested',
  nodes: [
    NOW,
    { id: 'vip', type: 'condition', config: { filter: { attribute: 'vip', op: 'eq', value: true } } },
    sms('first', FIRST),
    wait('rest', '2d'),
    sms('second', 'Still there?'),
  ],
  edges: [
    { from: 'start', to: 'vip' },
    { from: 'vip', outlet: 'yes', to: 'first' },
    { from: 'first', to: 'rest' },
    { from: 'rest', to: 'second' },
  ],
};

interface Sent {
  readonly name: string;
  readonly action_id: number;
  readonly text: string;
}

async function sentBy(runId: string): Promise<readonly (readonly [string, number, string])[]> {
  const { rows } = await stack.database.pool.query<Sent>(
    `SELECT name, action_id, content ->> 'text' AS text FROM message JOIN test_recipient USING (customer_id)
     WHERE run_id = $1 AND state = 'delivered' AND is_test ORDER BY 2, 1`,
    [runId],
  );
  return rows.map((row) => [row.name, row.action_id, row.text]);
}

async function testSend(body: object): Promise<{ readonly scenarioId: string; readonly runId: string }> {
  const scenarioId = await stack.api.createScenario(SCENARIO);
  const path = `/v1/scenarios/${scenarioId}/test-send`;
  const answer = await stack.api.call<{ id: string }>('POST', path, body, {
    'idempotency-key': randomUUID(),
  });
  if (answer.status !== 202) throw new Error(answer.text);
  return { scenarioId, runId: answer.body.id };
}

describe('a test send', () => {
  it('walks the whole scenario in seconds, without consent or cap and never against a STOP', async () => {
    const { scenarioId, runId } = await testSend({ recipients: ['ana', 'same handset', 'plain', 'stopped'] });
    const run = await stack.api.runEnd(runId);
    expect(run).toMatchObject({ state: 'finished', test: true, audience: 4, suppressed: { opted_out: 2 } });
    expect(await sentBy(runId)).toEqual([
      ['ana', 1, '“Hi” Ana, fr-CA'],
      ['same handset', 1, '“Hi” you,'],
      ['ana', 2, 'Still there?'],
      ['same handset', 2, 'Still there?'],
    ]);

    const sample = { first_name: 'Ana', language: 'fr-CA' };
    const previewed = await stack.api.call<PreviewReport>('POST', `/v1/scenarios/${scenarioId}/preview`, {
      sample,
    });
    expect(previewed.body.messages[0]?.content?.text).toBe('“Hi” Ana, fr-CA');

    const story = await stack.api.call('GET', `/v1/runs/${runId}/customers/plain`);
    expect(story.body).toMatchObject({
      entries: [{ steps: [{ node_id: 'start' }, { node_id: 'vip', outcome: 'no' }] }],
    });
    const events = await stack.api.call('GET', `/v1/runs/${runId}/events`);
    const lines = events.text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { test: boolean });
    expect([lines.length, lines.every(({ test }) => test)]).toEqual([8, true]);
    const messages = await stack.api.call('GET', `/v1/messages?runId=${runId}`);
    expect(messages.body).toMatchObject({
      messages: [{ test: true }, { test: true }, { test: true }, { test: true }],
    });
  });

  it('counts towards no cap of a customer with the same number', async () => {
    const node = { id: 'send', type: 'sms', config: { category: 'marketing', text: 'Hello' } };
    const runId = await stack.api.run({
      name: 'Real',
      nodes: [NOW, node],
      edges: [{ from: 'start', to: 'send' }],
    });
    const run = await stack.api.runEnd(runId);
    expect(run).toMatchObject({ test: false, audience: 1, messages: { delivered: 1 }, suppressed: {} });
  });

  it('of one node begins there and ends behind it', async () => {
    const { runId } = await testSend({ recipients: ['plain'], node: 'second' });
    const run = await stack.api.runEnd(runId);
    expect(run.nodes.map(({ node_id }) => node_id)).toEqual(['second']);
    expect(await sentBy(runId)).toEqual([['plain', 2, 'Still there?']]);
  });
});
