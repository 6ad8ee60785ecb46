import { eventually } from '../support/eventually.ts';
import { callInfobip, mmsBody, outbound, RunningSimulator, statusIds } from '../support/infobip.ts';
import { callWindow } from '../support/provider-conformance.ts';
import { RunningSinchMms, sinchMmsAt } from '../support/sinch-mms.ts';
import { outboundSms, RunningSinchSms, sinchSmsAt } from '../support/sinch-sms.ts';

const destinations = (prefix: string, count: number): Readonly<Record<string, string>> =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`${prefix}-${index}`, '12125550200']));

describe('an account with a limit of messages a second', () => {
  let infobip: RunningSimulator;
  beforeEach(async () => (infobip = await RunningSimulator.start({ maxPerSecond: 5 })));
  afterEach(() => infobip.stop());

  const offer = (prefix: string, count: number): ReturnType<typeof callInfobip> =>
    callInfobip(infobip.url, 'POST', '/mms/2/messages', mmsBody(destinations(prefix, count)));

  it('refuses what is beyond it with 429 as a whole call, and takes it a second later', async () => {
    expect((await offer('a', 4)).status).toBe(200);
    const beyond = await offer('b', 2);
    expect([beyond.status, beyond.headers['retry-after'], beyond.body]).toEqual([
      429,
      '1',
      expect.objectContaining({ errorCode: 'E429' }),
    ]);
    expect(infobip.accepted()).toHaveLength(4);
    expect((await offer('c', 1)).status).toBe(200);
    const taken = await eventually(async () => {
      const answer = await offer('b', 2);
      return answer.status === 200 ? answer : undefined;
    });
    expect(statusIds(taken)).toEqual({ 'b-0': 26, 'b-1': 26 });
  });

  it('takes a call that is larger than the limit when nothing else was offered', async () => {
    expect((await offer('a', 20)).status).toBe(200);
    expect((await offer('b', 1)).status).toBe(429);
  });

  it('is one of Sinch too, which does not say for how long', async () => {
    const sinch = await RunningSinchSms.start({ maxPerSecond: 1 });
    const adapter = sinchSmsAt(sinch.url);
    const outcomes = [];
    for (let i = 0; i < 2; i += 1)
      outcomes.push(...(await adapter.submit([outboundSms('+12125550200')], callWindow())));
    expect(outcomes).toMatchObject([
      { kind: 'accepted' },
      { kind: 'unsent', cause: 'throttled', retryAfterMs: null },
    ]);
    await adapter.close();
    await sinch.stop();
  });

  it('is one of its MMS API too, which refuses with a code and counts only what is sent', async () => {
    const sinch = await RunningSinchMms.start({ maxPerSecond: 1 });
    const adapter = sinchMmsAt(sinch.url, undefined, 'whole');
    const { content } = outbound('+12125550200');
    await adapter.prepare([{ ...content, isSameForAll: true }]);
    const outcomes = [];
    for (let i = 0; i < 2; i += 1)
      outcomes.push(...(await adapter.submit([outbound('+12125550200')], callWindow())));
    expect(outcomes).toMatchObject([
      { kind: 'accepted' },
      { kind: 'unsent', cause: 'throttled', statusCode: 'E113', retryAfterMs: null },
    ]);
    expect(sinch.accepted()).toHaveLength(1);
    await adapter.close();
    await sinch.stop();
  });
});
