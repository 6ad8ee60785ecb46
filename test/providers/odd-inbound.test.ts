import type { MessageProvider, WebhookReports } from '../../providers/provider.ts';
import { infobipAt } from '../support/infobip.ts';
import { sinchSmsAt } from '../support/sinch-sms.ts';

const RECEIVED_AT = Date.parse('2026-02-01T15:10:00Z');
const infobip = infobipAt('http://127.0.0.1:1');
const sinchSms = sinchSmsAt('http://127.0.0.1:1');
afterAll(() => Promise.all([infobip, sinchSms].map((provider) => provider.close())));

function read(provider: MessageProvider, body: object): WebhookReports {
  const path = new URL(provider.inboundUrl()).pathname.split('/').slice(3);
  return provider.parseWebhook({ path, headers: {}, body: Buffer.from(JSON.stringify(body)) }, RECEIVED_AT);
}

const from = { from: '13125550111', to: '12065550100' };

describe('an MMS that somebody sends to Sinch’s SMS API', () => {
  const media = (body: unknown): object => ({ ...from, type: 'mo_media', id: '01JB2R1A', body });
  const file = 'https://media.example.test/in/1.png';

  it.each([
    [
      'as Sinch’s pages write it',
      { message: 'Stop', media: [{ url: file, contentType: 'image/png', status: 'UPLOADED' }] },
      [file],
    ],
    [
      'with files without an address',
      { message: 'Stop', media: [{ code: 1 }, null, 7, { url: null }, { url: file }] },
      [file],
    ],
    ['with addresses alone', { message: 'Stop', media: [file] }, [file]],
    ['with a list that is none', { message: 'Stop', media: { url: file } }, []],
    ['without a list', { subject: { odd: true }, message: 'Stop' }, []],
    ['with a text for a body', 'Stop', []],
  ])('is read %s', (_what, body, urls) => {
    expect(read(sinchSms, media(body)).inbound).toMatchObject([
      { channel: 'mms', from: '+13125550111', subject: null, text: 'Stop', media: urls },
    ]);
  });

  it('without a body is kept as one that says nothing', () => {
    for (const body of [undefined, null, {}, []])
      expect(read(sinchSms, media(body)).inbound).toMatchObject([{ text: null, media: [] }]);
  });
});

describe('an inbound message of Sinch', () => {
  it('of a type that nobody knows, or that is written in another case, is kept as far as it can be read', () => {
    for (const type of ['mo_hologram', 'MO_TEXT'])
      expect(read(sinchSms, { ...from, type, body: 'STOP' }).inbound).toMatchObject([
        { channel: 'sms', from: '+13125550111', text: 'STOP' },
      ]);
    const card = { ...from, type: 'mo_card', body: { message: 'hi', media: ['https://in.example.test/1'] } };
    expect(read(sinchSms, card).inbound).toMatchObject([
      { channel: 'mms', text: 'hi', media: ['https://in.example.test/1'] },
    ]);
    expect(read(sinchSms, { ...from, type: 'mo_binary' }).inbound).toMatchObject([{ text: null, media: [] }]);
  });

  it('with fields of another kind than documented loses those fields alone', () => {
    const odd = { type: 'mo_text', ...from, body: 'STOP', id: { a: 1 }, to: [], received_at: 1_769_958_180 };
    expect(read(sinchSms, odd).inbound).toMatchObject([
      { providerMessageId: null, to: '', text: 'STOP', at: Date.parse('2026-02-01T15:03:00Z') },
    ]);
  });

  it('that does not say what it is, is one where it has a sender', () => {
    for (const type of [undefined, null, {}])
      expect(read(sinchSms, { ...from, type, body: 'STOP' }).inbound).toMatchObject([{ text: 'STOP' }]);
  });

  it('whose callback has no type that is known is counted, and not refused', () => {
    expect(read(sinchSms, { type: 'hologram_feedback', ...from })).toMatchObject({
      receipts: [],
      unreadable: 1,
    });
  });
});

describe('an MMS that somebody sends to Infobip', () => {
  const mms = (message: unknown, more: object = {}): object => ({
    results: [{ ...from, messageId: '81', message, ...more }],
  });

  it('has the text of its text parts alone: how it is shown is none', () => {
    const message = [
      { contentType: 'application/smil', value: '<smil><body/></smil>' },
      { contentType: 'application/smil', url: 'https://in.example.test/smil' },
      { contentType: 'text/plain; charset=utf-8', value: 'Stop' },
      { contentType: 'image/jpeg', url: 'https://in.example.test/1' },
    ];
    expect(read(infobip, mms(message)).inbound).toMatchObject([
      { channel: 'mms', text: 'Stop', media: ['https://in.example.test/1'] },
    ]);
  });

  it('loses no more than the parts that say nothing', () => {
    const message = [
      { contentType: 'image/jpeg' },
      { contentType: 7, value: 'Stop' },
      null,
      { url: { odd: true } },
      { url: 'https://in.example.test/1' },
    ];
    expect(read(infobip, mms(message)).inbound).toMatchObject([
      { channel: 'mms', text: 'Stop', media: ['https://in.example.test/1'] },
    ]);
  });

  it('keeps content that came in the message itself, and is no text', () => {
    const vcard = 'BEGIN:VCARD';
    const message = [{ contentType: 'text/vcard', value: vcard }];
    expect(read(infobip, mms(message)).inbound).toMatchObject([
      { text: null, media: [`data:text/vcard;base64,${Buffer.from(vcard).toString('base64')}`] },
    ]);
  });

  it('is read whatever its message is', () => {
    for (const message of [[], {}, 7, true])
      expect(read(infobip, mms(message)).inbound).toMatchObject([{ channel: 'mms', text: null, media: [] }]);
    expect(read(infobip, mms('Stop')).inbound).toMatchObject([{ channel: 'mms', text: 'Stop' }]);
    expect(read(infobip, mms(null, { text: 'Stop' })).inbound).toMatchObject([
      { channel: 'sms', text: 'Stop' },
    ]);
  });
});

it('a delivery report among inbound messages of Infobip is none of them, and is counted', () => {
  const report = { ...from, messageId: 'ours', smsCount: 1, status: { groupId: 3, id: 5 } };
  const { inbound, unreadable } = read(infobip, { results: [report, { ...from, text: 'STOP' }] });
  expect(inbound).toMatchObject([{ text: 'STOP' }]);
  expect(unreadable).toBe(1);
});
