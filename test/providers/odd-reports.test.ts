import type { Receipt } from '../../domain/receipt.ts';
import type { WebhookReports } from '../../providers/provider.ts';
import { infobipAt } from '../support/infobip.ts';
import { sinchSmsAt } from '../support/sinch-sms.ts';
import { report } from '../support/webhooks.ts';

const NOW = Date.parse('2026-11-18T18:00:00Z');
const infobip = infobipAt('http://127.0.0.1:1');
const sinchSms = sinchSmsAt('http://127.0.0.1:1');
afterAll(() => Promise.all([infobip, sinchSms].map((provider) => provider.close())));

function readInfobip(...results: readonly unknown[]): WebhookReports {
  const body = Buffer.from(JSON.stringify({ results }));
  return infobip.parseWebhook({ path: ['reports', 'sms', 'token'], headers: {}, body }, NOW);
}

function readSinch(more: Readonly<Record<string, unknown>>): WebhookReports {
  const body = Buffer.from(
    JSON.stringify({
      type: 'recipient_delivery_report_sms',
      batch_id: '01JB2QK7ZQ3M8T5V6W7X8Y9Z0A',
      client_reference: 'ours',
      recipient: '12125550200',
      code: 0,
      status: 'Delivered',
      at: '2026-11-18T17:59:00.000Z',
      ...more,
    }),
  );
  return sinchSms.parseWebhook({ path: ['reports', 'token'], headers: {}, body }, NOW);
}

/** The receipt that a report is read as, by either vendor. */
const fromInfobip = (more: Readonly<Record<string, unknown>>): Receipt | undefined =>
  readInfobip(report('one', more)).receipts[0];
const fromSinch = (more: Readonly<Record<string, unknown>>): Receipt | undefined =>
  readSinch(more).receipts[0];

describe('an odd delivery report of Infobip', () => {
  it('beside good ones costs none of them, and is counted', () => {
    const bad = [
      7,
      null,
      {},
      report('', {}),
      report('x', { status: 'DELIVERED' }),
      report('y', { status: {} }),
    ];
    const { receipts, unreadable } = readInfobip(report('a'), ...bad, report('b'));
    expect(receipts.map(({ messageId }) => messageId)).toEqual(['a', 'b']);
    expect(unreadable).toBe(bad.length);
  });

  it('alone is counted and not refused', () => {
    expect(readInfobip({})).toEqual({ receipts: [], unreadable: 1 });
  });

  it('that says that an id was known is read, and says nothing', () => {
    const status = { groupId: 5, groupName: 'REJECTED', id: 23, name: 'REJECTED_DUPLICATE_MESSAGE_ID' };
    for (const told of [status, { name: 'rejected_duplicate_message_id' }])
      expect(readInfobip(report('one', { status: told }))).toEqual({ receipts: [], unreadable: 0 });
  });

  it.each([
    [0, null],
    [-1, null],
    [1.5, null],
    ['two', null],
    ['2', 2],
    [{}, null],
    [2, 2],
  ])('counts its parts where they can be counted: %j', (messageCount, parts) => {
    expect(fromInfobip({ messageCount })).toMatchObject({ state: 'delivered', parts });
  });

  it('is told by names, in any case, where it has no numbers, and by numbers that come as texts', () => {
    expect(fromInfobip({ status: { name: 'Delivered_To_Handset' } })).toMatchObject({ state: 'delivered' });
    expect(fromInfobip({ status: { groupName: 'delivered', name: 'delivered_to_operator' } })).toMatchObject({
      state: 'dispatched',
    });
    expect(fromInfobip({ status: { groupName: 'expired' } })).toMatchObject({ state: 'expired' });
    expect(
      fromInfobip({
        status: { groupId: '2', id: '9', name: null },
        error: { id: '15019', permanent: 'yes' },
      }),
    ).toMatchObject({ state: 'failed', statusCode: '15019', errorClass: 'fallback_to_sms' });
  });

  it('with an error that is none is told by its status', () => {
    expect(fromInfobip({ status: { groupId: 5, id: 14 }, error: 'blocked' })).toMatchObject({
      state: 'failed',
      statusCode: '14',
      errorClass: 'suppress_number',
    });
  });
});

describe('an odd delivery report of Sinch', () => {
  it('is read in any case of its status', () => {
    expect(fromSinch({ status: 'DELIVERED' })).toMatchObject({ state: 'delivered' });
    expect(fromSinch({ status: 'deleted', code: 999 })).toMatchObject({ errorClass: 'suppress_number' });
  });

  it.each(['', '  ', null, undefined, {}])(
    'that does not say our reference is found by the batch: %j',
    (client_reference) => {
      expect(fromSinch({ client_reference })).toMatchObject({
        messageId: 'tracking:01JB2QK7ZQ3M8T5V6W7X8Y9Z0A',
        state: 'delivered',
      });
    },
  );

  it('that names nothing, or has a status that nobody knows, is counted and not refused', () => {
    for (const more of [
      { client_reference: '', batch_id: '' },
      { status: 'Teleported' },
      { status: 7 },
      { type: 'delivery_report_sms', status: undefined, statuses: [] },
    ])
      expect(readSinch(more)).toEqual({ receipts: [], unreadable: 1 });
  });

  it('needs neither type, batch, code, instant nor parts', () => {
    const none = { type: undefined, batch_id: undefined, code: undefined, at: undefined };
    expect(fromSinch(none)).toMatchObject({ messageId: 'ours', state: 'delivered', at: NOW, parts: null });
    expect(fromSinch({ code: '404', status: 'Aborted' })).toMatchObject({ errorClass: 'retryable' });
    expect(fromSinch({ code: undefined, status: 'Failed' })).toMatchObject({ statusCode: 'Failed' });
    for (const [given, parts] of [
      [0, null],
      ['three', null],
      ['3', 3],
    ] as const)
      expect(fromSinch({ number_of_message_parts: given })?.parts).toBe(parts);
  });
});

describe('an instant', () => {
  const at = Date.parse('2026-11-18T17:59:00Z');

  it.each([
    ['2026-11-18T17:59:00Z'],
    ['2026-11-18T17:59:00.000+0000'],
    ['2026-11-18T12:59:00.000-0500'],
    ['2026-11-18T23:29:00+05:30'],
    ['2026-11-18T19:59+02'],
    ['2026-11-18T17:59:00.000000000Z'],
    ['2026-11-18T17:59:00,000'],
    ['2026-11-18 17:59:00'],
    ['Wed, 18 Nov 2026 17:59:00 GMT'],
    [at],
    [at / 1_000],
    [String(at)],
    [String(at / 1_000)],
  ])('is read as each vendor may write it: %s', (given) => {
    expect(fromInfobip({ doneAt: given })?.at).toBe(at);
    expect(fromSinch({ at: given })?.at).toBe(at);
  });

  it.each([['soon'], [''], [0], [-1], [1e300], ['2026-13-45T99:99:99Z'], [{}], [true]])(
    'that is none, or can not be, is that of the webhook: %j',
    (given) => {
      expect(fromInfobip({ doneAt: given, sentAt: null })?.at).toBe(NOW);
      expect(fromSinch({ at: given })?.at).toBe(NOW);
    },
  );
});
