import type { PreviewReport } from '../../api/schemas/preview.ts';
import { TestStack } from '../support/test-stack.ts';

let stack: TestStack;

beforeAll(async () => {
  stack = await TestStack.start();
});
afterAll(() => stack.stop());

const HANDSETS = {
  ordinary: '+12125550200',
  without_mms: '+12125550160',
  too_small: '+12125550161',
  absent: '+12125550150',
};

const SCENARIO = {
  name: 'Fallback',
  nodes: [
    { id: 'start', type: 'now' },
    {
      id: 'send',
      type: 'mms',
      config: {
        category: 'marketing',
        text: 'See this picture, {{ customer.externalId }}',
        fallback: { by: 'engine', text: 'No picture for you, {{ customer.externalId }}' },
      },
    },
    { id: 'reached', type: 'exit', config: { reason: 'reached' } },
    { id: 'missed', type: 'exit', config: { reason: 'missed' } },
  ],
  edges: [
    { from: 'start', to: 'send' },
    { from: 'send', outlet: 'delivered', to: 'reached' },
    { from: 'send', outlet: 'failed', to: 'missed' },
  ],
};

interface Message {
  readonly name: string;
  readonly leg: number;
  readonly channel: string;
  readonly state: string;
  readonly text: string;
  readonly fallback: string | null;
}

interface Story {
  readonly entries: readonly { readonly steps: readonly object[] }[];
}

async function messagesOf(runId: string): Promise<readonly Message[]> {
  const { rows } = await stack.database.pool.query<Message>(
    `SELECT external_id AS name, leg, channel, state, content ->> 'text' AS text, fallback
     FROM message JOIN customer ON customer.id = message.customer_id WHERE run_id = $1 ORDER BY 1, 2`,
    [runId],
  );
  return rows;
}

describe('an MMS that a handset or its network can not take', () => {
  it('is followed by the SMS that its author has written, and the customer goes the way of that', async () => {
    await stack.api.importConsenting(HANDSETS);
    const runId = await stack.api.run(SCENARIO);
    const run = await stack.api.runEnd(runId);
    expect(run).toMatchObject({ state: 'finished' });
    expect(await messagesOf(runId)).toMatchObject([
      { name: 'absent', leg: 0, state: 'failed', fallback: 'engine' },
      { name: 'ordinary', leg: 0, state: 'delivered', fallback: 'engine' },
      { name: 'too_small', leg: 0, channel: 'mms', state: 'failed', fallback: 'made' },
      {
        name: 'too_small',
        leg: 1,
        channel: 'sms',
        state: 'delivered',
        text: 'No picture for you, too_small',
      },
      { name: 'without_mms', leg: 0, channel: 'mms', state: 'failed', fallback: 'made' },
      { name: 'without_mms', leg: 1, channel: 'sms', state: 'delivered', fallback: null },
    ]);
    expect(run.nodes.find(({ node_id }) => node_id === 'send')).toMatchObject({
      outcomes: { delivered: 3, failed: 1 },
    });
    expect(run).toMatchObject({ fallback: { sms: 2, bothDelivered: 0, refused: {} } });
    const story = await stack.api.call<Story>('GET', `/v1/runs/${runId}/customers/too_small`);
    expect(story.body.entries[0]?.steps[1]).toMatchObject({
      outcome: 'delivered',
      explanation:
        'The message was delivered. The handset or its network could not take the MMS: an SMS was sent in its place.',
      message: {
        state: 'failed',
        channel: 'mms',
        fallback: { state: 'made', message: { state: 'delivered' } },
      },
    });
    const { rows: events } = await stack.database.pool.query(
      `SELECT channel, status, event.type FROM campaign_event AS event
       JOIN customer ON customer.id = event.customer_id
       WHERE run_id = $1 AND external_id = 'too_small' ORDER BY at, status DESC`,
      [runId],
    );
    expect(events).toEqual([
      { channel: 'mms', status: 'enqueued', type: null },
      { channel: 'mms', status: 'failed', type: 'mms' },
      { channel: 'mms', status: 'enqueued', type: null },
      { channel: 'mms', status: 'delivered', type: 'sms' },
    ]);
  });

  it('is not tried again soon: the next run sends the SMS at once, and says why', async () => {
    await stack.api.importConsenting({ again: '+14155550160' }, { group: 'again' });
    const config = { audience: { attribute: 'group', op: 'eq', value: 'again' } };
    const nodes = SCENARIO.nodes.map((node) => (node.id === 'start' ? { ...node, config } : node));
    await stack.api.runEnd(await stack.api.run({ ...SCENARIO, nodes }));
    const preview = await stack.api.call<PreviewReport>('POST', '/v1/scenarios/preview', {
      scenario: { ...SCENARIO, nodes },
      customer: 'again',
    });
    expect(preview.body.messages).toMatchObject([
      {
        channel: 'mms',
        verdict: { verdict: 'suppress', reason: 'handset_known' },
        fallback: { by: 'engine', verdict: { verdict: 'send' } },
      },
    ]);
    const runId = await stack.api.run({ ...SCENARIO, nodes });
    const run = await stack.api.runEnd(runId);
    expect(await messagesOf(runId)).toMatchObject([
      { leg: 0, channel: 'mms', state: 'cancelled', fallback: 'made' },
      { leg: 1, channel: 'sms', state: 'delivered' },
    ]);
    expect(run).toMatchObject({ fallback: { sms: 1, bothDelivered: 0, refused: {} } });
    expect(run.nodes.find(({ node_id }) => node_id === 'send')).toMatchObject({ outcomes: { delivered: 1 } });
    const story = await stack.api.call<Story>('GET', `/v1/runs/${runId}/customers/again`);
    expect(story.body.entries[0]?.steps[1]).toMatchObject({
      outcome: 'delivered',
      explanation:
        'The message was delivered. The MMS was not sent, since the handset or its network has not taken another ' +
        'one of its kind lately: an SMS was sent in its place.',
    });
    const { rows: events } = await stack.database.pool.query(
      'SELECT channel, status, type FROM campaign_event WHERE run_id = $1 ORDER BY at, status DESC',
      [runId],
    );
    expect(events).toEqual([
      { channel: 'mms', status: 'enqueued', type: null },
      { channel: 'mms', status: 'delivered', type: 'sms' },
    ]);
  });

  it('may lead the customer to what the MMS says, on a page that anybody can open who has the link', async () => {
    const name = `Bo <b>&"'</b>`;
    await stack.api.importConsenting({ linked: '+13055550160' }, { group: 'linked', first_name: name });
    expect(
      (await stack.api.call('POST', '/v1/contact-cards', { key: 'shop', formattedName: 'Acme' })).status,
    ).toBe(201);
    const more: Readonly<Record<string, object>> = {
      start: { audience: { attribute: 'group', op: 'eq', value: 'linked' } },
      send: {
        subject: 'For {{ customer.first_name }}',
        text: 'Dear {{ customer.first_name }}, look',
        media: [{ url: '/media/summer-sale.png' }],
        contactCards: ['shop'],
        fallback: { by: 'engine', text: 'Look: {{ message.link }}' },
      },
    };
    const nodes = SCENARIO.nodes.map((node) => ({ ...node, config: { ...node.config, ...more[node.id] } }));
    const runId = await stack.api.run({ ...SCENARIO, nodes });
    await stack.api.runEnd(runId);
    const sms = (await messagesOf(runId)).find(({ leg }) => leg === 1);
    expect(sms).toMatchObject({ channel: 'sms', state: 'delivered' });
    const [, link = ''] = /^Look: (http\S+)$/.exec(sms?.text ?? '') ?? [];
    const open = async (address: string) => {
      const answer = await fetch(address);
      return { status: answer.status, type: answer.headers.get('content-type'), text: await answer.text() };
    };
    const page = await open(link);
    expect(page).toMatchObject({ status: 200, type: 'text/html; charset=utf-8' });
    const escaped = 'Bo &lt;b&gt;&amp;&quot;&#39;&lt;/b&gt;';
    expect(page.text).toContain(`<h1>For ${escaped}</h1>`);
    expect(page.text).toContain(`<p>Dear ${escaped}, look</p>`);
    const [, picture = ''] = /<img src="([^"]+)"/.exec(page.text) ?? [];
    expect(await open(picture)).toMatchObject({ status: 200, type: 'image/png' });
    const [, card = ''] = /href="([^"]+\.vcf)"/.exec(page.text) ?? [];
    expect(await open(card)).toMatchObject({ status: 200, text: expect.stringContaining('Acme') as string });
    expect((await stack.api.call('DELETE', '/v1/customers/linked')).status).toBe(204);
    expect(await open(link)).toMatchObject({ status: 410, type: 'text/html; charset=utf-8' });
  });

  it.each([
    ['is left to the provider where its author wants that and the sender is a short code', '28444', 1],
    ['is not left to a provider that falls back for short codes only', '12065550100', 2],
  ])('%s', async (_what, sender, rows) => {
    await stack.database.pool.query('UPDATE sender_profile SET value = $1', [sender]);
    const name = `by_${sender}`;
    await stack.api.importConsenting({ [name]: '+12135550160' }, { group: sender });
    const nodes = SCENARIO.nodes.map((node) => {
      if (node.id === 'start')
        return { ...node, config: { audience: { attribute: 'group', op: 'eq', value: sender } } };
      return node.id === 'send'
        ? { ...node, config: { ...node.config, fallback: { by: 'provider', text: 'No picture' } } }
        : node;
    });
    const runId = await stack.api.run({ ...SCENARIO, nodes });
    expect(await stack.api.runEnd(runId)).toMatchObject({ state: 'finished' });
    const messages = await messagesOf(runId);
    expect(messages).toHaveLength(rows);
    expect(messages.at(-1)).toMatchObject({ state: 'delivered', leg: rows - 1 });
  });
});
