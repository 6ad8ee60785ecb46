import { MessageLinks } from '../../database/message-links.ts';
import type { PreviewReport } from '../../api/schemas/preview.ts';
import type { ApiAnswer } from '../support/api.ts';
import { entriesOf, expectProblem } from '../support/problem.ts';
import { chain, mms, NOW, ordinaryPhones } from '../support/scenarios.ts';
import { TestStack } from '../support/test-stack.ts';

let stack: TestStack;

beforeAll(async () => {
  stack = await TestStack.start({ engine: false });
  await stack.api.importConsenting(
    { ana: phones[0] ?? '' },
    { first_name: 'Ana', language: 'fr-CA', timezone: 'America/Toronto' },
  );
  const more = { first_name: 'Bo', phone: phones[1] };
  const imported = await stack.api.importNdjson([{ externalId: 'bo', ...more }, { externalId: 'no-number' }]);
  if (imported.status !== 200) throw new Error(imported.text);
});
afterAll(() => stack.stop());

const phones = Object.values(ordinaryPhones(10));
const SAMPLE = { sample: { first_name: 'Zoë' } };

function sms(id: string, text: string, config: object = {}): object {
  return { id, type: 'sms', config: { category: 'marketing', text, ...config } };
}

function ask(scenario: object, body: object): Promise<ApiAnswer<PreviewReport>> {
  return stack.api.call('POST', '/v1/scenarios/preview', { scenario, ...body });
}

async function preview(scenario: object, body: object): Promise<PreviewReport> {
  const answer = await ask(scenario, body);
  if (answer.status !== 200) throw new Error(answer.text);
  return answer.body;
}

const verdicts = ({ messages }: PreviewReport) =>
  messages.map(({ verdict }) => verdict && [verdict.verdict, verdict.reason]);

/** How many rows each table has. */
async function rowCounts(): Promise<Readonly<Record<string, number>>> {
  const { pool } = stack.database;
  const { rows } = await pool.query<{ name: string }>(
    `SELECT relname AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')`,
  );
  const counts: Record<string, number> = {};
  for (const { name } of rows) {
    const counted = await pool.query<{ count: number }>(`SELECT count(*)::int AS count FROM "${name}"`);
    counts[name] = counted.rows[0]?.count ?? 0;
  }
  return counts;
}

describe('a preview', () => {
  it('shows each message as one customer would get it, and by whom it is sent', async () => {
    const card = { key: 'shop', formattedName: 'Acme' };
    expect((await stack.api.call('POST', '/v1/contact-cards', card)).status).toBe(201);
    const scenario = chain(
      'Sale',
      NOW,
      sms('text', 'Hi {{ customer.first_name }}, {{ action.name }} of {{ scenario.name }} 😀'),
      mms('picture', {
        text: '“{{ customer.language }}”',
        subject: 'For {{ customer.externalId }}',
        media: [{ url: '/media/summer-sale.png' }],
        contactCards: ['shop'],
        fallback: { text: 'The shop: +1 206 555 0100' },
      }),
    );
    const report = await preview(scenario, { customer: 'ana' });
    const sender = { key: 'default', label: expect.any(String) as string, value: '12065550100' };
    expect(report).toMatchObject({
      customer: { externalId: 'ana' },
      language: 'fr-CA',
      inAudience: true,
      problems: [],
    });
    expect(report.messages).toMatchObject([
      {
        node_id: 'text',
        action_id: 1,
        channel: 'sms',
        sender,
        integration: 'infobip',
        content: {
          text: 'Hi Ana, sms_1 of Sale 😀',
          sms: {
            encoding: 'UCS-2',
            segments: 1,
            forcing: [{ character: '😀', codePoint: 'U+1F600', position: 22 }],
          },
        },
        verdict: { verdict: 'send', reason: null, explanation: '' },
      },
      {
        node_id: 'picture',
        action_id: 2,
        channel: 'mms',
        content: {
          text: '“fr-CA”',
          subject: 'For ana',
          sms: null,
          media: [
            { url: `${stack.config.publicUrl}/media/summer-sale.png`, contentType: 'image/png' },
            {
              url: expect.stringMatching(/\/cards\/[0-9a-f]{64}\.vcf$/) as string,
              contentType: 'text/vcard',
            },
          ],
        },
        fallback: { by: 'engine', content: { text: 'The shop: +1 206 555 0100' } },
      },
    ]);
  });

  it('of a stored draft shows the node that is named, for a sample and in another language', async () => {
    const scenario = chain(
      'Two',
      NOW,
      sms('one', 'One'),
      sms('two', '{{ customer.language }} {{ customer.first_name }}'),
    );
    const id = await stack.api.createScenario(scenario);
    const body = { node: 'two', language: 'de', ...SAMPLE };
    const answer = await stack.api.call<PreviewReport>('POST', `/v1/scenarios/${id}/preview`, body);
    expect(answer).toMatchObject({ status: 200, body: { customer: null, language: 'de', inAudience: null } });
    expect(answer.body.messages).toMatchObject([
      { node_id: 'two', action_id: 2, content: { text: 'de Zoë' }, verdict: { verdict: 'send' } },
    ]);
  });

  it('shows the SMS in place of an MMS as the engine or the provider would send it', async () => {
    const node = (by: string): object =>
      mms(by, {
        text: 'Look',
        fallback: { by, text: 'Read “this”, {{ customer.first_name }}' },
        smartEncoding: true,
      });
    const { messages } = await preview(chain('Fallback', NOW, node('engine'), node('off')), SAMPLE);
    expect(messages.map(({ fallback }) => fallback)).toMatchObject([
      {
        by: 'engine',
        content: { text: 'Read “this”, Zoë', sms: { encoding: 'UCS-2' } },
        verdict: { verdict: 'send' },
      },
      null,
    ]);
  });

  it('counts the link to what the MMS says as long as a real one is', async () => {
    const link = new MessageLinks(stack.config).linkOf('20261100-0000-8000-a000-000000000000');
    const fill = (length: number): string => 'a'.repeat(length - link.length);
    const node = (id: string, length: number): object =>
      mms(id, { text: 'Look', fallback: { by: 'engine', text: `${fill(length)}{{ message.link }}` } });
    const { messages } = await preview(chain('Link', NOW, node('one', 160), node('two', 161)), SAMPLE);
    expect(messages.map(({ fallback }) => fallback?.content)).toMatchObject([
      {
        text: expect.stringContaining(`a${stack.config.publicUrl}/m/`) as string,
        length: 160,
        sms: { encoding: 'GSM-7', segments: 1 },
      },
      { length: 161, sms: { segments: 2 } },
    ]);
  });

  it('sends and stores nothing', async () => {
    const id = await stack.api.createScenario(chain('Nothing', NOW, sms('send', 'Hi')));
    const before = await rowCounts();
    const answer = await stack.api.call('POST', `/v1/scenarios/${id}/preview`, { customer: 'ana' });
    expect(answer.status).toBe(200);
    expect(await rowCounts()).toEqual(before);
    expect(stack.simulator.ledger.rows).toEqual([]);
  });
});

describe('the verdict of a preview', () => {
  const scenario = chain('Verdict', NOW, sms('send', 'Hi {{ customer.first_name }}'));

  it('is that of the gate, with its reason as a sentence', async () => {
    const { messages } = await preview(scenario, { customer: 'bo' });
    expect(messages).toMatchObject([
      {
        content: { text: 'Hi Bo' },
        verdict: {
          verdict: 'suppress',
          reason: 'no_consent',
          explanation: expect.stringContaining('consent') as string,
        },
      },
    ]);
    expect(verdicts(await preview(scenario, { customer: 'no-number' }))).toEqual([['suppress', 'no_number']]);
  });

  it('says who holds what', async () => {
    const target = { scope: 'category', key: 'marketing' };
    await stack.api.call('PUT', '/v1/holds', { ...target, reason: 'wrong price' });
    const { messages } = await preview(scenario, SAMPLE);
    await stack.api.call('DELETE', `/v1/holds?scope=${target.scope}&key=${target.key}`);
    expect(messages).toMatchObject([
      {
        verdict: {
          verdict: 'defer',
          reason: 'held',
          explanation: expect.stringContaining('wrong price') as string,
        },
      },
    ]);
  });

  it('counts towards the cap what will still count at that time', async () => {
    await stack.api.call('PATCH', '/v1/project', { messageCap: { messages: 1, window: '7d' } });
    await stack.database.pool.query(
      `WITH made AS (SELECT to_char(now() AT TIME ZONE 'UTC', 'YYYYMM')::int AS month)
       INSERT INTO message (month, id, project_id, run_id, customer_id, recipient_id, cohort_id, member_index, action_id,
         pass, channel, integration_id, sender, state, claimed_at, stale_at)
       SELECT made.month, gen_random_uuid(), customer.project_id, gen_random_uuid(), customer.id, customer.recipient_id, 1,
         0, 1, 1, 'sms', integration.id, '1', 'accepted', now() - interval '1 day', now()
       FROM made, customer, integration WHERE customer.external_id = 'ana'`,
    );
    const now = await preview(scenario, { customer: 'ana' });
    const inDays = (days: number): string => new Date(Date.parse(now.at) + days * 86_400_000).toISOString();
    expect(verdicts(now)).toEqual([['suppress', 'capped']]);
    expect(verdicts(await preview(scenario, { customer: 'ana', at: inDays(5) }))).toEqual([
      ['suppress', 'capped'],
    ]);
    expect(verdicts(await preview(scenario, { customer: 'ana', at: inDays(8) }))).toEqual([['send', null]]);
    await stack.api.call('PATCH', '/v1/project', { messageCap: null });
  });

  it('is a suppression where the text can not be sent', async () => {
    const { messages } = await preview(
      chain('Texts', NOW, sms('empty', '{{ customer.nothing }}'), sms('long', `{{ customer.long }}`)),
      { sample: { long: 'a'.repeat(5_000) } },
    );
    expect(messages).toMatchObject([
      { content: { text: '' }, verdict: { verdict: 'suppress', reason: 'empty_message' } },
      { content: { length: 5_000 }, verdict: { verdict: 'suppress', reason: 'message_too_long' } },
    ]);
  });
});

describe('a preview of a template that fails', () => {
  it('names each by its place, and shows the other nodes', async () => {
    const report = await preview(
      chain(
        'Failing',
        NOW,
        sms('good', 'Hi'),
        sms('unparsable', 'Hi {{ customer.'),
        mms('bad', {
          text: 'Hi',
          subject: '{{ customer.first_name | round | sum }}{% for a in customer.n %}{{ a.b.c }}{% endfor %}',
        }),
        sms(
          'endless',
          '{% for a in customer.n %}{% for b in customer.n %}{% for c in customer.n %}{% for d in customer.n %}{% for e in customer.n %}{% endfor %}{% endfor %}{% endfor %}{% endfor %}{% endfor %}',
        ),
      ),
      { sample: { n: Array.from({ length: 200 }, () => null), first_name: 5 } },
    );
    expect(report.problems).toMatchObject([
      { pointer: '/nodes/2/config/text', code: 'bad_template' },
      { pointer: '/nodes/3/config/subject', code: 'template_error' },
      { pointer: '/nodes/4/config/text', code: 'template_timeout' },
    ]);
    expect(report.messages.map(({ node_id, content }) => [node_id, content?.text ?? null])).toEqual([
      ['good', 'Hi'],
      ['bad', null],
      ['endless', null],
    ]);
    expect(verdicts(report)).toEqual([['send', null], ['suppress', 'template_error'], null]);
  });

  it('also goes on with a draft that has no trigger and names what is not there', async () => {
    const nodes = [sms('island', 'Hi'), sms('lost', 'Hi', { sender: 'nobody' })];
    const report = await preview({ name: 'Draft', nodes }, { customer: 'ana' });
    expect(report).toMatchObject({ inAudience: null, messages: [{ node_id: 'island' }] });
    expect(report.problems.map(({ code }) => code)).toEqual(
      expect.arrayContaining(['no_trigger', 'unknown_sender']),
    );
  });
});

describe('a preview is refused', () => {
  const scenario = chain('Refused', NOW, sms('send', 'Hi'));

  it.each([
    ['without a customer or a sample', {}, [['/customer', 'bad_field']]],
    ['with both', { customer: 'ana', ...SAMPLE }, [['/customer', 'bad_field']]],
    ['for a node that sends nothing', { node: 'start', ...SAMPLE }, [['/node', 'unknown_node']]],
    ['for the past', { at: '2020-01-01T00:00:00Z', ...SAMPLE }, [['/at', 'bad_field']]],
  ])('%s', async (_what, body, entries) => {
    expect(entriesOf(expectProblem(await ask(scenario, body), 422, 'bad_body'))).toEqual(entries);
  });

  it('for a customer or a scenario that is not there', async () => {
    expectProblem(await ask(scenario, { customer: 'nobody' }), 404, 'not_found');
    const none = '/v1/scenarios/00000000-0000-4000-8000-000000000000/preview';
    expectProblem(await stack.api.call('POST', none, SAMPLE), 404, 'not_found');
  });
});
