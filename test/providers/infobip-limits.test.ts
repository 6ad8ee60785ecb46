import type { MessageContent } from '../../domain/message-content.ts';
import type { OutboundMessage } from '../../providers/provider.ts';
import { infobipAt, outbound, RunningSimulator } from '../support/infobip.ts';
import { callWindow } from '../support/provider-conformance.ts';

let vendor: RunningSimulator;
let provider: ReturnType<typeof infobipAt>;

beforeAll(async () => {
  vendor = await RunningSimulator.start();
  provider = infobipAt(vendor.url);
});
afterAll(async () => {
  await provider.close();
  await vendor.stop();
});

function message(content: Partial<MessageContent>, more: Partial<OutboundMessage> = {}): OutboundMessage {
  return outbound('+12125550200', {
    content: { subject: null, text: 'Hello', media: [], ...content },
    ...more,
  });
}

const TOO_LONG: readonly (readonly [string, string, OutboundMessage])[] = [
  ['a subject of 67 characters', 'subject_too_long', message({ subject: 'x'.repeat(67) })],
  ['an MMS of 1,601', 'text_too_long', message({ text: 'x'.repeat(1_601) })],
  ['a fallback of 4,001', 'fallback_text_too_long', message({ fallbackText: 'x'.repeat(4_001) })],
  ['an id of 201', 'message_id_too_long', message({}, { id: 'x'.repeat(201) })],
];

describe('what Infobip would refuse a whole call for', () => {
  it.each(TOO_LONG)('costs none of the messages beside it: %s', async (_what, code, tooLong) => {
    const [before, after] = [message({}), message({})];
    const outcomes = await provider.submit([before, tooLong, after], callWindow());
    expect(outcomes).toEqual([
      { kind: 'accepted', messageId: before.id, providerMessageId: before.id },
      {
        kind: 'rejected',
        messageId: tooLong.id,
        statusCode: code,
        error: expect.stringMatching(/ has \d+ characters; Infobip takes \d+\.$/) as string,
        errorClass: 'permanent',
      },
      { kind: 'accepted', messageId: after.id, providerMessageId: after.id },
    ]);
    expect(vendor.accepted()).toEqual(expect.arrayContaining([before.id, after.id]));
  });

  it('makes no call where there is nothing else to offer', async () => {
    const before = vendor.calls.length;
    for (const [, code, tooLong] of TOO_LONG)
      expect(await provider.submit([tooLong], callWindow())).toMatchObject([
        { kind: 'rejected', statusCode: code },
      ]);
    const sms = message({ text: 'x'.repeat(4_001) }, { channel: 'sms' });
    expect(await provider.submit([sms], callWindow())).toMatchObject([{ statusCode: 'text_too_long' }]);
    expect(vendor.calls).toHaveLength(before);
  });

  it('is nothing that only looks so', async () => {
    const longest = message({ subject: 'x'.repeat(66), text: 'x'.repeat(1_600), fallbackText: '  ' });
    // An SMS has neither subject nor fallback.
    const sms = message({ subject: 'x'.repeat(67), fallbackText: 'x'.repeat(4_001) }, { channel: 'sms' });
    for (const one of [longest, sms, message({ fallbackText: '' })])
      expect(await provider.submit([one], callWindow())).toMatchObject([{ kind: 'accepted' }]);
  });
});
