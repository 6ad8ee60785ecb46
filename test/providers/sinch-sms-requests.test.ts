import { callWindow } from '../support/provider-conformance.ts';
import { RecordingServer } from '../support/recording-server.ts';
import { outboundSms, RunningSinchSms, sinchSmsAt } from '../support/sinch-sms.ts';

const DAY = 86_400_000;
let vendor: RecordingServer;
let provider: ReturnType<typeof sinchSmsAt>;

beforeAll(async () => {
  vendor = await RecordingServer.start();
  provider = sinchSmsAt(vendor.url);
});
afterAll(async () => {
  await provider.close();
  await vendor.stop();
});
beforeEach(() => void vendor.requests.splice(0));

/** For how long Sinch is told to try; undefined where it is not told. */
async function validityTold(validityMs: number): Promise<number | undefined> {
  const now = Date.now();
  await provider.submit([outboundSms('+12125550200', { validityMs })], callWindow());
  const [{ expire_at: at } = {}] = vendor.bodies() as { expire_at?: string }[];
  return at === undefined ? undefined : Date.parse(at) - now;
}

describe('how long Sinch tries', () => {
  it.each([3 * DAY, 3 * DAY + 1, 30 * DAY, 3 * DAY - 60_000])(
    'is not said where it is what Sinch does anyway: a clock that differs would have the call refused: %i',
    async (validityMs) => {
      expect(await validityTold(validityMs)).toBeUndefined();
    },
  );

  it.each([60_000, DAY, 3 * DAY - 600_000])('is what our message says: %i', async (validityMs) => {
    const told = (await validityTold(validityMs)) ?? 0;
    expect(told).toBeGreaterThanOrEqual(validityMs);
    expect(told).toBeLessThan(validityMs + 2_000);
  });

  it.each([0, 1, 999, -5_000])('never ends before the call has come in: %i', async (validityMs) => {
    expect(await validityTold(validityMs)).toBeGreaterThanOrEqual(10_000);
  });

  it('is taken by the simulated Sinch, whatever it is', async () => {
    const simulator = await RunningSinchSms.start();
    const adapter = sinchSmsAt(simulator.url);
    for (const validityMs of [0, 1, 60_000, 3 * DAY - 1, 3 * DAY, 400 * DAY])
      expect(await adapter.submit([outboundSms('+12125550200', { validityMs })], callWindow())).toMatchObject(
        [{ kind: 'accepted' }],
      );
    await adapter.close();
    await simulator.stop();
  });
});
