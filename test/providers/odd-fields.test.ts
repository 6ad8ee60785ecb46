import type { MessageProvider, WebhookReports } from '../../providers/provider.ts';
import { infobipAt } from '../support/infobip.ts';
import { inboundSms } from '../support/inbound.ts';
import { sinchSmsAt } from '../support/sinch-sms.ts';
import { report } from '../support/webhooks.ts';

const infobip = infobipAt('http://127.0.0.1:1');
const sinchSms = sinchSmsAt('http://127.0.0.1:1');
afterAll(() => Promise.all([infobip, sinchSms].map((provider) => provider.close())));

/** What a vendor might write in place of anything; undefined leaves it out. */
const ODD: readonly unknown[] = [undefined, null, '', 'odd', 7, -1, 1.5, true, [], [null], {}, { odd: 1 }];

/** Every copy of a value in which one field, at any depth, is another one. */
function copiesOf(value: unknown, path = ''): readonly (readonly [string, unknown])[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, field]) => {
    const at = `${path}/${name}`;
    const changed = (other: unknown): unknown =>
      Array.isArray(value)
        ? value.map((entry: unknown, index) => (String(index) === name ? other : entry))
        : { ...value, [name]: other };
    return [
      ...ODD.map(
        (odd) => [`${at}: ${odd === undefined ? 'left out' : JSON.stringify(odd)}`, changed(odd)] as const,
      ),
      ...copiesOf(field, at).map(([where, copy]) => [where, changed(copy)] as const),
    ];
  });
}

function read(provider: MessageProvider, path: readonly string[], body: unknown): WebhookReports {
  return provider.parseWebhook({ path, headers: {}, body: Buffer.from(JSON.stringify(body)) }, Date.now());
}

const INFOBIP_MMS = {
  ...inboundSms('+12125550123', ''),
  text: undefined,
  message: [
    { contentType: 'application/smil', value: '<smil/>' },
    { contentType: 'image/jpeg', url: 'https://in.example.test/1' },
    { contentType: 'text/plain', value: 'Stop' },
  ],
};
const SINCH = {
  id: '01JB2R1A',
  from: '12125550123',
  to: '12065550100',
  received_at: '2026-02-01T15:04:00.000Z',
};
const SINCH_MEDIA = {
  ...SINCH,
  type: 'mo_media',
  body: {
    subject: 're',
    message: 'Stop',
    media: [{ url: 'https://in.example.test/1', contentType: 'image/png', status: 'UPLOADED', code: 0 }],
  },
};
const SINCH_REPORT = {
  type: 'recipient_delivery_report_sms',
  batch_id: '01JB2QK7ZQ3M8T5V6W7X8Y9Z0A',
  client_reference: 'ours',
  code: 0,
  status: 'Delivered',
  at: '2026-11-18T18:00:00.000Z',
  number_of_message_parts: 1,
};

/** Whether it changes what a message must have. */
const isOfSender = (where: string): boolean => where.startsWith('/from');

describe('a single field that is not as documented', () => {
  it.each([
    ['Infobip SMS', infobip, inboundSms('+12125550123', 'Stop'), true],
    ['Infobip MMS', infobip, INFOBIP_MMS, true],
    ['Sinch SMS', sinchSms, { ...SINCH, type: 'mo_text', body: 'Stop' }, false],
    ['Sinch MMS', sinchSms, SINCH_MEDIA, false],
  ] as const)('costs no inbound message but the sender: %s', (_name, provider, example, isBucket) => {
    const copies = copiesOf(example).filter(([where]) => !isOfSender(where) && !where.startsWith('/type'));
    expect(copies.length).toBeGreaterThan(40);
    for (const [where, copy] of copies) {
      const { inbound = [] } = read(provider, ['inbound'], isBucket ? { results: [copy] } : copy);
      expect([where, inbound.map(({ from }) => from)]).toEqual([where, ['+12125550123']]);
    }
  });

  it('of Infobip costs no report but that whose message or status nobody can tell, and none beside it', () => {
    const copies = copiesOf(report('odd'));
    for (const [where, copy] of copies) {
      const { receipts, unreadable = 0 } = read(infobip, ['reports', 'mms'], {
        results: [report('before'), copy, report('after')],
      });
      const told = receipts.map(({ messageId }) => messageId);
      expect(told).toEqual(expect.arrayContaining(['before', 'after']));
      expect([where, told.length + unreadable]).toEqual([where, 3]);
      if (!/^\/(messageId|status)/.test(where))
        expect([where, told]).toEqual([where, ['before', 'odd', 'after']]);
    }
  });

  it('of Sinch costs no report but that whose status nobody can tell, and refuses none', () => {
    for (const [where, copy] of copiesOf(SINCH_REPORT).filter(([at]) => !at.startsWith('/type'))) {
      const { receipts, unreadable = 0 } = read(sinchSms, ['reports'], copy);
      expect([where, receipts.length + unreadable]).toEqual([where, 1]);
      if (!where.startsWith('/status')) expect([where, receipts.length]).toEqual([where, 1]);
    }
  });
});
