import type { Receipt } from '../../domain/receipt.ts';
import { callInfobip, infobipAt, outbound, RunningSimulator } from '../support/infobip.ts';
import { eventually } from '../support/eventually.ts';
import { callWindow } from '../support/provider-conformance.ts';
import { RecordingServer } from '../support/recording-server.ts';
import { report } from '../support/webhooks.ts';

const provider = infobipAt('http://127.0.0.1:1');
afterAll(() => provider.close());

const NOW = Date.UTC(2026, 10, 18, 18);

/** The receipt that one posted result is read as. */
function receiptOf(more: Readonly<Record<string, unknown>>, channel = 'mms'): Receipt | undefined {
  const body = Buffer.from(JSON.stringify({ results: [report('one', more)] }));
  return provider.parseWebhook({ path: ['reports', channel, 'token'], headers: {}, body }, NOW).receipts[0];
}

const status = (groupId: number, id: number): object => ({
  groupId,
  id,
  name: `S${id}`,
  description: `status ${id}`,
});
const error = (id: number, permanent: boolean): object => ({
  id,
  name: `E${id}`,
  description: `error ${id}`,
  permanent,
});
const NO_ERROR = error(0, false);

describe('a delivery report', () => {
  it.each([
    ['accepted', 0, 0, 'accepted'],
    ['waiting', 1, 3, 'accepted'],
    ['on its way', 1, 7, 'accepted'],
    ['delivered to the operator', 3, 2, 'dispatched'],
    ['delivered to the handset', 3, 5, 'delivered'],
  ])('of a message that is well has no error: %s', (_what, groupId, id, state) => {
    expect(receiptOf({ status: status(groupId, id), error: NO_ERROR })).toMatchObject({
      messageId: 'one',
      state,
      statusCode: String(id),
      error: '',
      errorClass: null,
    });
  });

  it.each([
    ['an absent handset', 2, 9, 27, false, 'failed', 'retryable'],
    ['an unknown number', 2, 9, 1, true, 'failed', 'suppress_number'],
    ['a handset without MMS', 2, 9, 15_019, true, 'failed', 'fallback_to_sms'],
    ['a message that is too large', 2, 9, 15_026, true, 'failed', 'too_large'],
    ['spam', 2, 9, 607, true, 'failed', 'filtered'],
    ['a sender that is not registered', 2, 9, 15_010, true, 'failed', 'account'],
    ['an error that nobody knows', 2, 9, 99_999, true, 'failed', 'permanent'],
    ['a validity that ran out', 4, 15, 4_098, false, 'expired', 'retryable'],
    ['a rejection of the account', 5, 12, 433, true, 'failed', 'account'],
  ])(
    'of %s keeps the vendor’s code and says what it means',
    (_what, group, id, errorId, permanent, state, cls) => {
      expect(receiptOf({ status: status(group, id), error: error(errorId, permanent) })).toMatchObject({
        state,
        statusCode: String(errorId),
        error: `error ${errorId}`,
        errorClass: cls,
      });
    },
  );

  it('without an error object is told by its status alone', () => {
    expect(receiptOf({ status: status(5, 14), error: null })).toMatchObject({
      state: 'failed',
      statusCode: '14',
      error: 'status 14',
      errorClass: 'suppress_number',
    });
  });

  it('goes by the group where an id stands in two groups', () => {
    expect(receiptOf({ status: status(4, 87), error: NO_ERROR })?.state).toBe('expired');
    expect(receiptOf({ status: status(5, 87), error: NO_ERROR })?.state).toBe('failed');
  });

  it('that only says that an id was known says nothing', () => {
    expect(receiptOf({ status: status(5, 23) })).toBeUndefined();
  });

  it('reads instants with an offset that has no colon, and believes none that can not be', () => {
    const at = (doneAt: unknown, sentAt: unknown = null): number | undefined =>
      receiptOf({ doneAt, sentAt })?.at;
    expect(at('2026-11-18T17:59:00.250+0000')).toBe(NOW - 59_750);
    expect(at('2026-11-18T12:59:00.250-0500')).toBe(NOW - 59_750);
    expect(at('2026-11-18T17:59:00.250Z')).toBe(NOW - 59_750);
    expect(at(null, '2026-11-18T17:58:00.000+0000')).toBe(NOW - 120_000);
    for (const wrong of ['soon', '', null, '1970-01-01T00:00:00.000+0000', '2126-11-18T18:00:00.000+0000'])
      expect(at(wrong)).toBe(NOW);
  });

  it('counts parts by whatever name they have', () => {
    const none = { messageCount: undefined };
    expect(receiptOf({ messageCount: 3 })?.parts).toBe(3);
    expect(receiptOf({ ...none, smsCount: 2 }, 'sms')).toMatchObject({ parts: 2, channel: 'sms' });
    expect(receiptOf({ ...none, mmsCount: 1 })?.parts).toBe(1);
    expect(receiptOf(none)?.parts).toBeNull();
  });

  it('has another key when it says something else, and the same one when it is posted again', () => {
    const first = receiptOf({ doneAt: '2026-11-18T17:59:00.000+0000' });
    expect(receiptOf({ doneAt: '2026-11-18T17:59:00.000+0000', bulkId: 'other', price: {} })?.key).toBe(
      first?.key,
    );
    expect(receiptOf({ doneAt: '2026-11-18T17:59:01.000+0000' })?.key).not.toBe(first?.key);
    expect(receiptOf({ doneAt: '2026-11-18T17:59:00.000+0000', status: status(2, 9) })?.key).not.toBe(
      first?.key,
    );
  });
});

describe('a delivery report and the logs', () => {
  let vendor: RunningSimulator;
  let receiver: RecordingServer;
  let adapter: ReturnType<typeof infobipAt>;

  beforeAll(async () => {
    vendor = await RunningSimulator.start({ reportDelayMs: 20 });
    receiver = await RecordingServer.start();
    adapter = infobipAt(vendor.url);
  });
  afterAll(async () => {
    await adapter.close();
    await Promise.all([vendor.stop(), receiver.stop()]);
  });

  it('tell the same story under the same key', async () => {
    const message = outbound('+12125550150', { reportUrl: `${receiver.url}/reports` });
    await adapter.submit([message], callWindow());
    const [posted] = await eventually(() => (receiver.requests.length > 0 ? receiver.requests : undefined));
    const webhook = { path: ['reports', 'mms'], headers: {}, body: Buffer.from(posted?.text ?? '') };
    const [fromWebhook] = adapter.parseWebhook(webhook, Date.now()).receipts;
    const [found] = await adapter.lookup([{ messageId: message.id, channel: 'mms' }]);
    expect(found).toEqual({ kind: 'found', messageId: message.id, receipt: fromWebhook });
    expect(fromWebhook).toMatchObject({ state: 'failed', statusCode: '27' });
    const logs = await callInfobip(vendor.url, 'GET', `/mms/2/logs?messageId=${message.id}`);
    expect(JSON.stringify(logs.body)).toContain('+0000');
  });
});
