import type { MessageContent } from '../../domain/message-content.ts';
import { sendBody, sendSavedBody } from '../../providers/sinch-mms/requests.ts';
import { callWindow } from '../support/provider-conformance.ts';
import { outbound } from '../support/infobip.ts';
import { RecordingServer } from '../support/recording-server.ts';
import { sinchMmsAt } from '../support/sinch-mms.ts';

const NOW = Date.parse('2026-02-01T15:00:00.400Z');
const DAY = 86_400_000;
const PICTURE = { url: 'https://cdn.example.com/a.jpg', contentType: 'image/jpeg' };

function sent(content: Partial<MessageContent>, validityMs = DAY): Record<string, unknown> {
  const whole = { subject: 'Spring', text: 'Hello', media: [PICTURE], ...content };
  const message = outbound('+13125550111', { content: whole, validityMs });
  return JSON.parse(sendBody(message, '32113', NOW)) as Record<string, unknown>;
}

describe('an MMS for Sinch', () => {
  it('that says something of its own comes whole', () => {
    expect(sent({ fallbackText: 'See us' })).toEqual({
      action: 'sendmms',
      'message-subject': 'Spring',
      'cache-content': true,
      slide: [{ image: { url: PICTURE.url }, 'message-text': 'Hello' }],
      'service-id': '32113',
      to: '13125550111',
      from: '12065550100',
      'fallback-sms-text': 'See us',
      'disable-fallback-sms': false,
      'disable-fallback-sms-link': true,
      'mms-expiry-timestamp': '2026-02-02T15:00:01Z',
      'client-reference': expect.any(String) as string,
    });
  });

  it.each([
    [null, 'Hello', 'Hello'],
    ['', ' Hello\nOur sale is on', 'Hello'],
    [null, 'Hello Ana, our summer sale is on until Sunday', 'Hello Ana, our summer sale is on until'],
    [null, 'Hello Ana, our summer sale is on till five', 'Hello Ana, our summer sale is on till'],
    [null, 'x'.repeat(50), 'x'.repeat(40)],
    [null, '', 'MMS'],
  ])('with the subject %j has the beginning of its text for one', (subject, text, expected) => {
    expect(sent({ subject, text })['message-subject']).toBe(expected);
  });

  it.each([undefined, '', '  '])('has no SMS in its place where that would say %j', (fallbackText) => {
    const body = sent(fallbackText === undefined ? {} : { fallbackText });
    expect(body).toMatchObject({ 'disable-fallback-sms': true });
    expect(body).not.toHaveProperty('fallback-sms-text');
  });

  it.each([
    [1, '2026-02-01T15:01:01Z'],
    [60_000, '2026-02-01T15:01:01Z'],
    [3 * DAY - 120_000, '2026-02-04T14:58:01Z'],
    [3 * DAY - 1_000, undefined],
    [3 * DAY, undefined],
    [30 * DAY, undefined],
  ])('that is good for %d ms is tried until %s', (validityMs, expiry) => {
    expect(sent({}, validityMs)['mms-expiry-timestamp']).toBe(expiry);
  });

  it('of which the media alone are saved brings its own texts under both of their names', () => {
    const content = { subject: 'For you', text: 'Hello Ana', media: [PICTURE] };
    const message = outbound('+13125550111', { content });
    const saved = { way: 'saved_media', reference: '7' } as const;
    expect(JSON.parse(sendSavedBody(message, saved, '32113', NOW))).toMatchObject({
      'message-subject': 'For you',
      'custom-subject': 'For you',
      'custom-text': [{ slide: 1, value: 'Hello Ana' }],
    });
  });
});

describe('an MMS that Sinch would refuse', () => {
  const card = { url: 'https://tidings.example.com/cards/a.vcf', contentType: 'text/vcard' };

  it.each<[string, Partial<MessageContent>]>([
    ['subject_too_long', { subject: 'x'.repeat(81) }],
    ['too_many_slides', { media: Array.from({ length: 9 }, () => PICTURE) }],
    ['too_many_slides', { media: Array.from({ length: 8 }, () => card) }],
    ['fallback_text_too_long', { fallbackText: 'x'.repeat(1_601) }],
  ])('is refused by name, without a call: %s', async (statusCode, more) => {
    const vendor = await RecordingServer.start();
    const provider = sinchMmsAt(vendor.url);
    const content = { subject: null, text: 'Hello', media: [PICTURE], ...more };
    try {
      for (const isSameForAll of [false, true]) {
        const message = outbound('+13125550111', { content: { ...content, isSameForAll } });
        expect(await provider.prepare([message.content])).toEqual({ waitMs: 0 });
        expect(await provider.submit([message], callWindow())).toMatchObject([
          { kind: 'rejected', statusCode, errorClass: 'permanent' },
        ]);
      }
      expect(vendor.requests).toEqual([]);
    } finally {
      await provider.close();
      await vendor.stop();
    }
  });
});
