import { chain, mms, NOW } from '../support/scenarios.ts';
import { TestStack } from '../support/test-stack.ts';

interface Entry {
  readonly pointer: string;
  readonly code: string;
  readonly message: string;
}

const sms = (config: Record<string, unknown>): object => ({
  id: 'send',
  type: 'sms',
  config: { category: 'marketing', text: 'Hello', ...config },
});

let stack: TestStack;

beforeAll(async () => {
  stack = await TestStack.start({ engine: false });
  await stack.database.pool.query(
    `WITH sinch AS (
       INSERT INTO integration (project_id, key, provider) VALUES ($1, 'sinch', 'sinch-sms') RETURNING id)
     INSERT INTO sender_profile (project_id, key, label, value, sms_integration_id)
     SELECT $1, 'by-sinch', 'Sinch', '12345', id FROM sinch`,
    [stack.projectId],
  );
});
afterAll(() => stack.stop());

async function problemsOf(node: object): Promise<readonly string[]> {
  const scenario = chain('Sale', NOW, node);
  const answer = await stack.api.call<{ problems: readonly Entry[] }>(
    'POST',
    '/v1/scenarios/validate',
    scenario,
  );
  if (answer.status !== 200) throw new Error(answer.text);
  return answer.body.problems.map(({ pointer, code, message }) => {
    const [, size] = /^The text (.*) before anything/.exec(message) ?? [];
    const [, most] = /takes (\d+)\. /.exec(message) ?? [];
    return `${pointer.replace('/nodes/1/config', '')} ${code}: ${size}, ${most}`;
  });
}

describe('an SMS that is too long for everybody', () => {
  it('is a problem of the scenario, in segments', async () => {
    expect(await problemsOf(sms({ text: 'x'.repeat(25 * 153) }))).toEqual([]);
    expect(await problemsOf(sms({ text: 'x'.repeat(25 * 153 + 1) }))).toEqual([
      '/text text_too_long: takes 26 segments (GSM-7), 25',
    ]);
    expect(await problemsOf(sms({ text: 'я'.repeat(25 * 67 + 1) }))).toEqual([
      '/text text_too_long: takes 26 segments (UCS-2), 25',
    ]);
  });

  it('is one in characters where the provider of its sender counts them', async () => {
    const text = 'x'.repeat(1_601);
    expect(await problemsOf(sms({ text }))).toEqual([]);
    expect(await problemsOf(sms({ text, sender: 'by-sinch' }))).toEqual([
      '/text text_too_long: has 1601 characters, 1600',
    ]);
  });

  it('is one in place of an MMS too', async () => {
    expect(await problemsOf(mms('send', { fallback: { text: 'x'.repeat(4_001) } }))).toEqual([
      '/fallback/text text_too_long: has 4001 characters, 4000',
    ]);
  });

  it('is none while only what is filled in can make it too long', async () => {
    expect(await problemsOf(sms({ text: '{{ customer.externalId }}'.repeat(200) }))).toEqual([]);
  });
});
