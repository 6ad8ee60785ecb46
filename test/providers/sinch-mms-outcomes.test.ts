import { classOfRefusal } from '../../providers/sinch-mms/codes.ts';
import { outcomesOfAnswer } from '../../providers/sinch-mms/outcomes.ts';
import { contentOfPostback, receiptOfPostback } from '../../providers/sinch-mms/reports.ts';
import { postbackSchema } from '../../providers/sinch-mms/wire.ts';
import { outbound } from '../support/infobip.ts';

const NOW = Date.parse('2026-02-01T15:00:10Z');
const message = outbound('+13125550111');

function outcomeOf(body: unknown, status = 200): object {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const [outcome] = outcomesOfAnswer(message, { status, headers: {}, body: text });
  return { ...outcome };
}

const failed = (code: string): object =>
  outcomeOf({ status: 'Failure', 'error-code': code, to: '1', 'error-info': 'x' });

describe('an answer of Sinch for MMS', () => {
  it.each([
    ['E106', { kind: 'unsent', cause: 'throttled' }],
    ['E113', { kind: 'unsent', cause: 'throttled' }],
    ['E103', { kind: 'unsent', cause: 'account' }],
    ['E104', { kind: 'unsent', cause: 'account' }],
    ['E112', { kind: 'unsent', cause: 'account' }],
    ['E627', { kind: 'unsent', cause: 'account' }],
    ['E618', { kind: 'unsent', cause: 'provider' }],
    ['E626', { kind: 'unsent', cause: 'provider', retryAfterMs: 2_000 }],
    ['E241', { kind: 'unsent', cause: 'provider', retryAfterMs: 2_000 }],
    ['E110', { kind: 'rejected', errorClass: 'suppress_number' }],
    ['E111', { kind: 'rejected', errorClass: 'account' }],
    ['E114', { kind: 'rejected', errorClass: 'suppress_number' }],
    ['E229', { kind: 'rejected', errorClass: 'filtered' }],
    ['E331', { kind: 'rejected', errorClass: 'too_large' }],
    ['E334', { kind: 'rejected', errorClass: 'permanent' }],
    ['E351', { kind: 'rejected', errorClass: 'permanent' }],
    ['E619', { kind: 'rejected', errorClass: 'permanent' }],
    ['E628', { kind: 'rejected', errorClass: 'permanent' }],
    ['E629', { kind: 'rejected', errorClass: 'fallback_to_sms' }],
    ['E998', { kind: 'rejected', errorClass: 'permanent' }],
  ])('with %s', (code, outcome) => {
    expect(failed(code)).toMatchObject({ ...outcome, statusCode: code, error: 'x' });
  });

  it('leaves a message in doubt where Sinch itself has failed: nothing tells whether it was taken', () => {
    expect(failed('E503')).toMatchObject({ kind: 'unknown', statusCode: 'E503' });
    expect(outcomeOf({}, 502)).toMatchObject({ kind: 'unknown', statusCode: '502' });
    expect(outcomeOf('<html>', 200)).toMatchObject({ kind: 'unknown' });
    expect(outcomeOf({ status: 'Success' })).toMatchObject({
      kind: 'accepted',
      providerMessageId: message.id,
    });
  });

  it('is read however its status is written', () => {
    expect(outcomeOf({ status: 'success', 'mms-id': {}, 'tracking-id': 7 })).toMatchObject({
      kind: 'accepted',
      providerMessageId: '7',
    });
    expect(outcomeOf({ status: 'FAILURE', 'error-code': 'E110', 'error-info': 5 })).toMatchObject({
      kind: 'rejected',
      statusCode: 'E110',
    });
  });

  it('that a proxy gives is read by its HTTP status', () => {
    expect(outcomeOf('Forbidden', 403)).toMatchObject({ kind: 'unsent', cause: 'account' });
    expect(outcomeOf('', 429)).toMatchObject({ kind: 'unsent', cause: 'throttled' });
  });
});

/** The documented postback, and what is different in it. */
const postback = (more: object = {}): ReturnType<typeof postbackSchema.parse> =>
  postbackSchema.parse({
    origin: 'MMS_MT',
    code: 'E101',
    status: 'Failed',
    'status-details': 'Error fetching dynamic content',
    'mms-id': '39755',
    'tracking-id': 'MMS_48213',
    from: '28444',
    to: '13125550111',
    'operator-id': '31004',
    'client-reference': 'snd_01J9ZM',
    timestamp: '2026-02-01T15:00:04Z',
    ...more,
  });

describe('the class of a refusal', () => {
  it.each([
    ['E003', 'Video is too large', 'too_large'],
    ['E002', 'Unsupported audio codec', 'fallback_to_sms'],
    ['E004', 'Error fetching dynamic content', 'permanent'],
    ['E003', 'Transcoding failed', 'permanent'],
    ['E628', 'MMS not supported', 'permanent'],
  ])('%s because of "%s" is %s', (code, text, errorClass) => {
    expect(classOfRefusal(code, text)).toBe(errorClass);
  });
});

describe('a postback of Sinch', () => {
  it('that is documented is read', () => {
    expect(receiptOfPostback(postback(), NOW)).toEqual({
      messageId: 'snd_01J9ZM',
      key: expect.stringMatching(/^[0-9a-f]{32}$/) as string,
      state: 'failed',
      at: Date.parse('2026-02-01T15:00:04Z'),
      statusCode: 'E101',
      error: 'Error fetching dynamic content',
      errorClass: 'permanent',
      channel: 'mms',
      parts: null,
      providerMessageId: 'MMS_48213',
    });
  });

  it.each([
    ['N101', {}, { state: 'dispatched', errorClass: null, error: '', channel: 'mms' }],
    ['N102', { 'sent-as': 'MMS' }, { state: 'delivered', channel: 'mms' }],
    ['N102', { 'sent-as': 'SMS' }, { state: 'delivered', channel: 'sms' }],
    ['N202', {}, { state: 'delivered', channel: 'sms' }],
    ['E202', {}, { state: 'failed', channel: 'sms' }],
    ['N103', {}, { state: 'expired', errorClass: 'retryable' }],
    ['E102', { 'status-details': 'MMS not supported by handset' }, { errorClass: 'fallback_to_sms' }],
    ['E101', { 'status-details': 'Message size exceeds the limit' }, { errorClass: 'too_large' }],
    ['E102', { 'status-details': 'Carrier not supported' }, { errorClass: 'permanent' }],
    ['E101', { 'status-details': 'Error fetching dynamic content' }, { errorClass: 'permanent' }],
    [
      'E101',
      { 'status-details': 'Error fetching dynamic content: content type text/html' },
      { errorClass: 'permanent' },
    ],
    ['E011', { 'status-details': 'Content validation failed' }, { errorClass: 'permanent' }],
    ['E100', {}, { state: 'failed', errorClass: 'permanent' }],
    ['E717', { 'status-details': 'Something new' }, { state: 'failed', errorClass: 'permanent' }],
    ['E102', { 'status-details': 'Blocked by carrier' }, { errorClass: 'filtered' }],
    ['E999', {}, { state: 'failed', errorClass: 'retryable' }],
  ])('with %s %j', (code, more, receipt) => {
    expect(receiptOfPostback(postback({ code, ...more }), NOW)).toMatchObject(receipt);
  });

  it('without our reference names the message by the id of Sinch; without either it names none', () => {
    const without = { 'client-reference': undefined };
    expect(receiptOfPostback(postback(without), NOW)?.messageId).toBe('tracking:MMS_48213');
    expect(receiptOfPostback(postback({ ...without, 'tracking-id': undefined }), NOW)).toBeUndefined();
  });

  it('that says nothing of a message is no receipt, whatever it is', () => {
    for (const code of ['N501', 'N502', 'E501', 'E502', 'N003', 'E002', 'E003', 'E004', 'N777'])
      expect(receiptOfPostback(postback({ code }), NOW)).toBeUndefined();
  });

  it.each<[object, object]>([
    [{ 'client-reference': '' }, { messageId: 'tracking:MMS_48213' }],
    [{ 'client-reference': ' ', 'tracking-id': 48_213 }, { messageId: 'tracking:48213' }],
    [{ 'client-reference': { id: 1 } }, { messageId: 'tracking:MMS_48213' }],
    [{ code: ' e101 ' }, { statusCode: 'E101' }],
    [
      { origin: 7, status: ['Failed'], 'sent-as': null },
      { state: 'failed', channel: 'mms' },
    ],
    [{ code: 'N102', 'sent-as': 'sms' }, { channel: 'sms' }],
    [{ timestamp: NOW - 6_000 }, { at: NOW - 6_000 }],
    [{ timestamp: (NOW - 6_000) / 1_000 }, { at: NOW - 6_000 }],
    [{ timestamp: String((NOW - 6_000) / 1_000) }, { at: NOW - 6_000 }],
    [{ timestamp: {} }, { at: NOW }],
  ])('is read though it has %j', (more, receipt) => {
    expect(receiptOfPostback(postback(more), NOW)).toMatchObject(receipt);
  });

  it('has one key however often it comes, and another one where it says something else', () => {
    const keys = [{}, {}, { code: 'N102' }, { timestamp: '2026-02-01T15:00:05Z' }].map(
      (more) => receiptOfPostback(postback(more), NOW)?.key,
    );
    expect(keys[0]).toBe(keys[1]);
    expect(new Set(keys).size).toBe(3);
  });

  it('whose instant nobody can believe counts from when it came', () => {
    expect(receiptOfPostback(postback({ timestamp: '1999-01-01T00:00:00Z' }), NOW)?.at).toBe(NOW);
    expect(receiptOfPostback(postback({ timestamp: 'soon' }), NOW)?.at).toBe(NOW);
  });

  it('of a saved MMS says whether it can be sent', () => {
    const ready = postback({ code: 'N003', 'mms-id': 35_674, 'status-details': 'Transcoded' });
    expect(contentOfPostback(ready)).toEqual({
      reference: '35674',
      isReady: true,
      statusCode: 'N003',
      error: '',
    });
    expect(receiptOfPostback(ready, NOW)).toBeUndefined();
    expect(contentOfPostback(postback({ code: 'E004' }))).toMatchObject({
      isReady: false,
      statusCode: 'E004',
    });
    expect(contentOfPostback(postback())).toBeUndefined();
  });
});
