import { callInfobip, mmsBody, RunningSimulator } from '../support/infobip.ts';

let vendor: RunningSimulator;

beforeEach(async () => {
  vendor = await RunningSimulator.start();
});
afterEach(() => vendor.stop());

const send = (numbers: Readonly<Record<string, string>>): ReturnType<typeof callInfobip> =>
  callInfobip(vendor.url, 'POST', '/mms/2/messages', mmsBody(numbers, 'http://127.0.0.1:1/hook'));
const setFault = (kind: string, ms: number): ReturnType<typeof callInfobip> =>
  callInfobip(vendor.url, 'POST', '/_simulator/faults', { kind, ms });
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
