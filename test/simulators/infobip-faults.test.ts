import { request } from 'undici';
import { API_KEY, callInfobip, mmsBody, RunningSimulator } from '../support/infobip.ts';

let vendor: RunningSimulator;

beforeEach(async () => {
  vendor = await RunningSimulator.start();
});
afterEach(() => vendor.stop());

const send = (numbers: Readonly<Record<string, string>>): ReturnType<typeof callInfobip> =>
  callInfobip(vendor.url, 'POST', '/mms/2/messages', mmsBody(numbers, 'http://127.0.0.1:1/hook'));
const setFault = (kind: string, ms: number): ReturnType<typeof callInfobip> =>
  callInfobip(vendor.url, 'POST', '/_simulator/faults', { kind, ms });

/** What a caller meets who waits for 300 ms. */
async function answerTo(numbers: Readonly<Record<string, string>>): Promise<string> {
  try {
    const answer = await request(`${vendor.url}/mms/2/messages`, {
      method: 'POST',
      headers: { authorization: `App ${API_KEY}`, 'content-type': 'application/json' },
      body: JSON.stringify(mmsBody(numbers, 'http://127.0.0.1:1/hook')),
      signal: AbortSignal.timeout(300),
    });
    const text = await answer.body.text();
    return text.endsWith('}') ? 'an answer' : 'half an answer';
  } catch (error) {
    return error instanceof DOMException && error.name === 'TimeoutError' ? 'no answer' : 'connection lost';
  }
}

describe('a provider in trouble', () => {
  it.each([
    ['throttle', 429, []],
    ['fail', 500, []],
    ['accept_then_fail', 500, ['one']],
    ['unauthorised', 401, []],
  ])('answers every send so: %s', async (kind, status, taken) => {
    await setFault(kind, 60_000);
    expect((await send({ one: '12125550200' })).status).toBe(status);
    expect(vendor.accepted()).toEqual(taken);
    expect(vendor.rows).toMatchObject([
      { kind: taken.length > 0 ? 'accepted' : 'refused', id: 'one', to: '12125550200' },
    ]);
    await setFault(kind, 0);
    expect((await send({ two: '12125550201' })).status).toBe(200);
  });

  it.each([
    ['accept_then_reset', 'connection lost'],
    ['accept_then_silence', 'no answer'],
    ['accept_then_truncate', 'half an answer'],
    ['accept_then_trickle', 'no answer'],
  ])('takes every message and loses its answer: %s', async (kind, met) => {
    await setFault(kind, 60_000);
    expect(await answerTo({ one: '12125550200' })).toBe(met);
    expect(vendor.accepted()).toEqual(['one']);
    await setFault(kind, 0);
    expect((await send({ one: '12125550200' })).status).toBe(200);
    expect(vendor.rows.map((row) => row.kind)).toEqual(['accepted', 'duplicate_refused']);
  });

  it('tells how many calls have met it', async () => {
    await setFault('fail', 60_000);
    await send({ one: '12125550200' });
    await send({ one: '12125550200' });
    await setFault('fail', 0);
    await send({ one: '12125550200' });
    await setFault('throttle', 60_000);
    await send({ two: '12125550201' });
    const { body } = await callInfobip(vendor.url, 'GET', '/_simulator/faults');
    expect(body).toEqual({ met: { fail: 2, throttle: 1 } });
  });

  it('refuses a call for one number in it, and takes each alone', async () => {
    const numbers = { one: '12125550200', picky: '12125550170' };
    expect((await send(numbers)).status).toBe(400);
    expect(vendor.accepted()).toEqual([]);
    for (const [id, to] of Object.entries(numbers)) expect((await send({ [id]: to })).status).toBe(200);
    expect(vendor.accepted()).toEqual(['one', 'picky']);
  });

  it('writes down when it saw a call, which is before it took it', async () => {
    await vendor.stop();
    vendor = await RunningSimulator.start({ latencyMs: 50 });
    await send({ one: '12125550200' });
    const [row] = vendor.rows;
    expect(row?.kind === 'accepted' && row.at - row.seen).toBeGreaterThanOrEqual(49);
  });
});
