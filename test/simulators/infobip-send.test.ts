import { callInfobip, mmsBody, RunningSimulator, statusIds } from '../support/infobip.ts';

let vendor: RunningSimulator;

beforeAll(async () => {
  vendor = await RunningSimulator.start();
});
afterAll(() => vendor.stop());

const send = (body: unknown, path = '/mms/2/messages'): ReturnType<typeof callInfobip> =>
  callInfobip(vendor.url, 'POST', path, body);

describe('the simulated Infobip', () => {
  it('takes messages, MMS and SMS, and answers an entry for each', async () => {
    const answer = await send(mmsBody({ a: '12125550200', b: '12125550201' }));
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({
      messages: [
        {
          messageId: 'a',
          destination: '12125550200',
          status: expect.objectContaining({
            groupId: 1,
            groupName: 'PENDING',
            id: 26,
            name: 'PENDING_ACCEPTED',
          }) as object,
          details: {},
        },
        expect.objectContaining({ messageId: 'b' }),
      ],
    });
    const sms = {
      messages: [{ destinations: [{ to: '12125550202', messageId: 'c' }], content: { text: 'Hi' } }],
    };
    expect(statusIds(await send(sms, '/sms/3/messages'))).toEqual({ c: 26 });
    expect(vendor.accepted()).toEqual(['a', 'b', 'c']);
  });

  it('gives a message without an id one of its own', async () => {
    const answer = await send({
      messages: [
        {
          destinations: [{ to: '12125550203' }],
          content: { messageSegments: [{ type: 'TEXT', text: 'Hi' }] },
        },
      ],
    });
    const [id] = Object.keys(statusIds(answer));
    expect(id).toMatch(/^[0-9a-f-]{36}$/);
    expect(vendor.accepted()).toContain(id);
  });

  it('refuses an id that it has taken with status 23, across channels and within one call, and writes it down', async () => {
    await send(mmsBody({ known: '12125550204' }));
    expect(statusIds(await send(mmsBody({ known: '12125550204', fresh: '12125550205' })))).toEqual({
      known: 23,
      fresh: 26,
    });
    const twice = {
      messages: [
        {
          destinations: ['x', 'y'].map((to) => ({
            to: `1212555020${to === 'x' ? 6 : 7}`,
            messageId: 'same',
          })),
          content: { text: 'Hi' },
        },
      ],
    };
    const { body } = await send(twice, '/sms/3/messages');
    expect(
      (body as { messages: { status: { id: number } }[] }).messages.map(({ status }) => status.id),
    ).toEqual([26, 23]);
    expect(vendor.accepted().filter((id) => id === 'known' || id === 'same')).toEqual(['known', 'same']);
    const refused = vendor.rows.flatMap((row) => (row.kind === 'duplicate_refused' ? [row.id] : []));
    expect(refused).toEqual(['known', 'same']);
  });

  it('refuses an MMS of more than 1,600 characters with status 77', async () => {
    const [message] = (mmsBody({ long: '12125550208' }) as { messages: object[] }).messages;
    const content = { messageSegments: [{ type: 'TEXT', text: 'x'.repeat(1_601) }] };
    expect(statusIds(await send({ messages: [{ ...message, content }] }))).toEqual({ long: 77 });
    expect(vendor.accepted()).not.toContain('long');
  });

  it.each([
    ['no body', undefined, ''],
    ['no JSON', '{"messages": [', ''],
    ['no messages', { messages: [] }, 'messages'],
    [
      'no destination',
      { messages: [{ destinations: [], content: { messageSegments: [{ type: 'TEXT', text: 'Hi' }] } }] },
      'messages[0].destinations',
    ],
    [
      'no segment',
      { messages: [{ destinations: [{ to: '1' }], content: { messageSegments: [] } }] },
      'messages[0].content.messageSegments',
    ],
    [
      'a text without text',
      { messages: [{ destinations: [{ to: '1' }], content: { messageSegments: [{ type: 'TEXT' }] } }] },
      'messages[0].content.messageSegments[0].text',
    ],
    [
      'too long a title',
      {
        messages: [
          {
            destinations: [{ to: '1' }],
            content: { title: 'x'.repeat(67), messageSegments: [{ type: 'TEXT', text: 'Hi' }] },
          },
        ],
      },
      'messages[0].content.title',
    ],
  ])('refuses a body with %s and names the violation', async (_what, body, property) => {
    const before = vendor.rows.length;
    const answer = await send(body);
    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject({ errorCode: 'E400', violations: [{ property }] });
    expect(vendor.rows).toHaveLength(before);
  });

  it('asks for its key everywhere but at its own ledger', async () => {
    for (const [method, path] of [
      ['POST', '/mms/2/messages'],
      ['POST', '/sms/3/messages'],
      ['GET', '/mms/2/logs?messageId=a'],
    ] as const) {
      const answer = await callInfobip(
        vendor.url,
        method,
        path,
        method === 'POST' ? mmsBody({ key: '12125550209' }) : undefined,
        'wrong',
      );
      expect([path, answer.status, answer.body]).toEqual([
        path,
        401,
        expect.objectContaining({ errorCode: 'E401' }),
      ]);
    }
    expect(vendor.accepted()).not.toContain('key');
  });

  it('has nothing at any other address', async () => {
    expect(await callInfobip(vendor.url, 'GET', '/mms/2/messages')).toMatchObject({
      status: 404,
      body: { errorCode: 'E404' },
    });
  });
});
