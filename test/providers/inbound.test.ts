import { PermanentError } from '../../domain/errors.ts';
import type { InboundMessage } from '../../domain/inbound-message.ts';
import type { MessageProvider } from '../../providers/provider.ts';
import { infobipAt } from '../support/infobip.ts';
import { sinchMmsAt } from '../support/sinch-mms.ts';
import { sinchSmsAt } from '../support/sinch-sms.ts';

const NOWHERE = 'http://127.0.0.1:1';
const RECEIVED_AT = Date.parse('2026-02-01T15:10:00Z');
const at = (iso: string): number => Date.parse(iso);

const infobip = infobipAt(NOWHERE);
const sinchSms = sinchSmsAt(NOWHERE);
const sinchMms = sinchMmsAt(NOWHERE);
afterAll(() => Promise.all([infobip, sinchSms, sinchMms].map((provider) => provider.close())));

/** Posts a body to where the adapter wants inbound messages. */
function read(
  provider: MessageProvider,
  body: unknown,
  url = provider.inboundUrl(),
): ReturnType<MessageProvider['parseWebhook']> {
  const path = new URL(url).pathname.split('/').slice(3);
  const webhook = {
    path,
    headers: {},
    body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
  };
  expect(provider.verifyWebhook(webhook)).toBe(true);
  return provider.parseWebhook(webhook, RECEIVED_AT);
}

const INFOBIP_SMS = {
  messageId: '817790313235066448',
  from: '13125550111',
  to: '12065550100',
  text: 'JOIN now',
  cleanText: 'now',
  keyword: 'JOIN',
  receivedAt: '2026-02-01T15:06:00.000+0000',
  smsCount: 1,
  price: { pricePerMessage: 0, currency: 'USD' },
  callbackData: 'x',
};
const INFOBIP_MMS = {
  from: '13125550111',
  to: '12065550100',
  receivedAt: '2026-02-01T15:05:00.000+0000',
  messageId: '817790313235066447',
  pairedMessageId: 'snd_01J9ZM-0',
  callbackData: 'setup-data',
  userAgent: 'iPhone_15',
  message: [
    { contentType: 'image/jpeg', url: 'https://in.example.test/1' },
    { contentType: 'text/plain', value: 'nice' },
  ],
  group: [{ to: '12065550100' }, { cc: '13125550199' }],
  price: { pricePerMessage: 0, currency: 'USD' },
};
const bucket = (...results: readonly unknown[]): object => ({
  results,
  messageCount: results.length,
  pendingMessageCount: 0,
});

const SINCH_TEXT = {
  type: 'mo_text',
  id: '01JB2R0M4H8N7P6Q5R4S3T2V1W',
  from: '13125550111',
  to: '12065550100',
  body: 'STOP',
  received_at: '2026-02-01T15:03:11.120Z',
  sent_at: '2026-02-01T15:03:10.900Z',
  operator_id: '310260',
  client_reference: 'snd_01J9ZM',
};
const SINCH_MEDIA = {
  type: 'mo_media',
  id: '01JB2R1A',
  from: '13125550111',
  to: '12065550100',
  received_at: '2026-02-01T15:04:00.000Z',
  body: {
    subject: 're',
    message: 'look',
    media: [
      { url: 'https://media.example.test/in/1.png', content_type: 'image/png', status: 'Uploaded', code: 0 },
      { status: 'Failed', code: 1 },
    ],
  },
};
const SINCH_MMS_POSTBACK = {
  origin: 'MMS_MO',
  code: 'N401',
  from: '13125550111',
  to: '28444',
  keyword: 'INFO',
  'tracking-id': 'mo12ab',
  'operator-id': '310012',
  timestamp: '2026-02-01T15:05:00Z',
  'message-subject': 'Question',
  content: [{ file: 'https://mo.example.test/1.jpg' }, { file: 'https://mo.example.test/2.txt' }],
};

const FROM_CHICAGO = {
  from: '+13125550111',
  to: '12065550100',
  subject: null,
  keyword: null,
  media: [],
} as const;

const EXAMPLES: readonly (readonly [string, MessageProvider, unknown, InboundMessage])[] = [
  [
    'Infobip SMS (MO_JSON_2)',
    infobip,
    bucket(INFOBIP_SMS),
    {
      ...FROM_CHICAGO,
      ...{ providerMessageId: '817790313235066448', channel: 'sms', text: 'JOIN now', keyword: 'JOIN' },
      at: at('2026-02-01T15:06:00Z'),
    },
  ],
  [
    'Infobip MMS (MO_MMS_2)',
    infobip,
    bucket(INFOBIP_MMS),
    {
      ...FROM_CHICAGO,
      ...{ providerMessageId: '817790313235066447', channel: 'mms', text: 'nice' },
      media: ['https://in.example.test/1'],
      at: at('2026-02-01T15:05:00Z'),
    },
  ],
  [
    'Sinch SMS (mo_text)',
    sinchSms,
    SINCH_TEXT,
    {
      ...FROM_CHICAGO,
      ...{ providerMessageId: SINCH_TEXT.id, channel: 'sms', text: 'STOP' },
      at: at('2026-02-01T15:03:11.120Z'),
    },
  ],
  [
    'Sinch SMS (mo_media)',
    sinchSms,
    SINCH_MEDIA,
    {
      ...FROM_CHICAGO,
      ...{ providerMessageId: '01JB2R1A', channel: 'mms', text: 'look', subject: 're' },
      media: ['https://media.example.test/in/1.png'],
      at: at('2026-02-01T15:04:00Z'),
    },
  ],
  [
    'Sinch MMS (N401), whose text is one of the files',
    sinchMms,
    SINCH_MMS_POSTBACK,
    {
      ...{ providerMessageId: 'mo12ab', channel: 'mms', from: '+13125550111', to: '28444' },
      ...{ subject: 'Question', text: null, keyword: 'INFO' },
      media: ['https://mo.example.test/1.jpg', 'https://mo.example.test/2.txt'],
      at: at('2026-02-01T15:05:00Z'),
    },
  ],
];

describe('an inbound message as the vendor documents it', () => {
  it.each(EXAMPLES)('is read: %s', (_name, provider, body, message) => {
    const { receipts, inbound } = read(provider, body);
    expect(receipts).toEqual([]);
    expect(inbound).toEqual([message]);
  });
});

describe('a binary message of Sinch', () => {
  const binary = (bytes: Buffer, udh?: string): object => {
    return {
      ...SINCH_TEXT,
      type: 'mo_binary',
      body: bytes.toString('base64'),
      ...(udh !== undefined && { udh }),
    };
  };

  it('is a text where it has no header and can be printed', () => {
    expect(read(sinchSms, binary(Buffer.from('Stop'))).inbound).toMatchObject([{ text: 'Stop', media: [] }]);
  });

  it('is kept as it is where it is none', () => {
    for (const [bytes, udh] of [
      [Buffer.from('Stop'), '050003010201'],
      [Buffer.from([0, 255, 7]), undefined],
    ] as const)
      expect(read(sinchSms, binary(bytes, udh)).inbound).toMatchObject([
        { text: null, media: [`data:application/octet-stream;base64,${bytes.toString('base64')}`] },
      ]);
  });
});

describe('the text of an inbound MMS of Sinch', () => {
  const textAt = (more: object): unknown => {
    const [message] = read(sinchMms, { ...SINCH_MMS_POSTBACK, ...more }).inbound ?? [];
    return message && { ...message }.textAt;
  };

  it('is asked for where Sinch has found no keyword in it', () => {
    expect(textAt({})).toBeUndefined();
    for (const keyword of [undefined, '', null])
      expect(textAt({ keyword })).toBe('https://mo.example.test/2.txt');
    const content = [{ file: 'https://mo.example.test/TEXT.TXT?key=1' }, { file: 'x.txt' }];
    expect(textAt({ keyword: '', content })).toBe('https://mo.example.test/TEXT.TXT?key=1');
    expect(textAt({ keyword: '', content: [{ file: 'https://mo.example.test/1.jpg' }] })).toBeNull();
  });
});

describe('a postback of Sinch MMS', () => {
  it('that does not say whose it is, is counted', () => {
    const failed = { origin: 'MMS_MT', code: 'E101' };
    expect(read(sinchMms, failed)).toMatchObject({ receipts: [], unreadable: 1 });
    expect(read(sinchMms, { ...failed, 'tracking-id': 'a' }).unreadable).toBe(0);
    expect(read(sinchMms, { code: 'N003', 'mms-id': 7 })).toMatchObject({
      contents: [{ reference: '7' }],
      unreadable: 0,
    });
  });
});

describe('where inbound messages come in', () => {
  it('Sinch may post them to the address of reports, and reports to theirs', () => {
    expect(read(sinchSms, SINCH_TEXT, sinchSms.reportUrl()).inbound).toHaveLength(1);
    const report = {
      type: 'recipient_delivery_report_sms',
      batch_id: '01JB',
      client_reference: 'ours',
      code: 0,
      status: 'Delivered',
    };
    expect(read(sinchSms, report).receipts).toMatchObject([{ messageId: 'ours', state: 'delivered' }]);
    expect(sinchMms.inboundUrl()).toBe(sinchMms.reportUrl());
  });
});

describe('an odd inbound message', () => {
  it('is read as far as it can be: its sender is all that it must have', () => {
    const { inbound } = read(infobip, bucket({ from: 13125550111, text: 'STOP' }));
    expect(inbound).toEqual([
      { ...FROM_CHICAGO, to: '', providerMessageId: null, channel: 'sms', text: 'STOP', at: RECEIVED_AT },
    ]);
    expect(read(sinchSms, { type: 'mo_text', from: ' 28444 ', body: '' }).inbound).toMatchObject([
      { from: '28444', text: null },
    ]);
  });

  it.each<[string, object, object]>([
    [
      'a file that is no list',
      { content: { file: 'https://mo.example.test/1.jpg' } },
      { media: ['https://mo.example.test/1.jpg'] },
    ],
    [
      'files that are none',
      { content: [7, null, { file: {} }, { file: 'https://mo.example.test/1.jpg' }] },
      { media: ['https://mo.example.test/1.jpg'] },
    ],
    ['no file', { content: undefined }, { media: [] }],
    ['a code of another day', { code: 'N402' }, { from: '+13125550111' }],
    ['an origin in small letters', { origin: 'mms_mo', code: 'N402' }, { from: '+13125550111' }],
    ['no origin', { origin: 7 }, { from: '+13125550111' }],
    [
      'an instant in seconds',
      { timestamp: at('2026-02-01T15:05:00Z') / 1_000 },
      { at: at('2026-02-01T15:05:00Z') },
    ],
    [
      'objects for texts',
      { keyword: {}, 'message-subject': [], 'tracking-id': {}, to: null },
      { keyword: null, subject: null, to: '' },
    ],
  ])('of Sinch MMS is read though it has %s', (_what, more, message) => {
    expect(read(sinchMms, { ...SINCH_MMS_POSTBACK, ...more }).inbound).toMatchObject([message]);
  });

  it('beside others costs none of them, and is counted', () => {
    const { inbound, unreadable } = read(infobip, bucket({ text: 'STOP' }, INFOBIP_SMS, 7, INFOBIP_MMS));
    expect(inbound?.map(({ channel }) => channel)).toEqual(['sms', 'mms']);
    expect(unreadable).toBe(2);
  });

  it('is not believed when it comes from another age', () => {
    for (const receivedAt of ['1970-01-01T00:00:00.000+0000', '2099-01-01T00:00:00.000+0000', 'noon', null])
      expect(read(infobip, bucket({ ...INFOBIP_SMS, receivedAt })).inbound).toMatchObject([
        { at: RECEIVED_AT },
      ]);
  });

  it.each([
    ['Infobip', infobip, bucket({ text: 'STOP' })],
    [
      'Infobip, a delivery report',
      infobip,
      bucket({ messageId: 'a', to: '13125550111', status: { groupId: 3, id: 5 } }),
    ],
    ['Sinch SMS', sinchSms, { type: 'mo_text', body: 'STOP' }],
    ['Sinch SMS, of a kind that nobody knows', sinchSms, { type: 'mo_hologram', body: 'STOP' }],
    ['Sinch MMS', sinchMms, { ...SINCH_MMS_POSTBACK, from: undefined }],
  ] as const)('without a sender is refused by name: %s', (_name, provider, body) => {
    expect(() => read(provider, body)).toThrow(PermanentError);
    expect(() => read(provider, body)).toThrow(
      expect.objectContaining({ code: 'webhook_unreadable' }) as Error,
    );
  });
});
