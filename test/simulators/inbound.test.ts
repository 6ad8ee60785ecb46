import type { MessageProvider } from '../../providers/provider.ts';
import type { InboundVendor } from '../../simulators/inbound.ts';
import { inboundOfInfobip } from '../../simulators/infobip/inbound.ts';
import { INBOUND_OF_SINCH_MMS } from '../../simulators/sinch-mms/inbound.ts';
import { inboundOfSinchSms } from '../../simulators/sinch-sms/inbound.ts';
import { eventually } from '../support/eventually.ts';
import { callInfobip, infobipAt, RunningSimulator } from '../support/infobip.ts';
import { RecordingServer } from '../support/recording-server.ts';
import { RunningSinchMms, sinchMmsAt } from '../support/sinch-mms.ts';
import { RunningSinchSms, sinchSmsAt } from '../support/sinch-sms.ts';

interface Fate {
  readonly id: string;
  readonly posts: number;
  readonly status: number | null;
  readonly taken: boolean;
}

let receiver: RecordingServer;
let vendors: Readonly<Record<string, { readonly url: string; stop(): Promise<void> }>>;
const adapters: Readonly<Record<string, MessageProvider>> = {
  infobip: infobipAt('http://127.0.0.1:1'),
  'sinch-sms': sinchSmsAt('http://127.0.0.1:1', { kind: 'sinch', secret: 'a secret of sixteen' }),
  'sinch-mms': sinchMmsAt('http://127.0.0.1:1'),
};

beforeEach(async () => {
  receiver = await RecordingServer.start();
  vendors = {
    infobip: await RunningSimulator.start(),
    'sinch-sms': await RunningSinchSms.start({ webhookSecret: 'a secret of sixteen' }),
    'sinch-mms': await RunningSinchMms.start({ retrySpeedup: 1_000 }),
  };
});
afterEach(async () => {
  await Promise.all(Object.values(vendors).map((vendor) => vendor.stop()));
  await receiver.stop();
});
afterAll(() => Promise.all(Object.values(adapters).map((adapter) => adapter.close())));

const call = (
  vendor: string,
  method: 'GET' | 'POST',
  path: string,
  body?: object,
): ReturnType<typeof callInfobip> =>
  callInfobip(vendors[vendor]?.url ?? '', method, `/_simulator/${path}`, body);

async function register(vendor: string): Promise<void> {
  const url = receiver.url + new URL(adapters[vendor]?.inboundUrl() ?? '').pathname;
  const address = `${vendors[vendor]?.url ?? ''}/_simulator/inbound-url`;
  expect((await fetch(address, { method: 'PUT', body: JSON.stringify({ url }) })).status).toBe(200);
}

const STOP = { from: '+12125550123', to: '12065550100', text: 'STOP' };

async function send(vendor: string, message: object = STOP): Promise<string> {
  const { status, body } = await call(vendor, 'POST', 'inbound', message);
  expect(status).toBe(202);
  return (body as { id: string }).id;
}

/** What became of a message, once it is `wanted`. */
function fateOf(vendor: string, id: string, wanted: (fate: Fate) => boolean): Promise<Fate> {
  return eventually(async () => {
    const { messages } = (await call(vendor, 'GET', 'inbound')).body as { messages: readonly Fate[] };
    return messages.find((fate) => fate.id === id && wanted(fate));
  });
}

/** What the adapter reads of what was posted last. */
function readLast(vendor: string): ReturnType<MessageProvider['parseWebhook']> | undefined {
  const { path, headers, text } = receiver.requests.at(-1) ?? { path: '', headers: {}, text: '' };
  const webhook = { path: path.split('/').slice(3), headers, body: Buffer.from(text) };
  expect(adapters[vendor]?.verifyWebhook(webhook)).toBe(true);
  return adapters[vendor]?.parseWebhook(webhook, Date.now());
}

describe.each(['infobip', 'sinch-sms', 'sinch-mms'])('somebody who writes to the simulated %s', (vendor) => {
  it('is told of at the registered address, in the form and with the proof of the vendor', async () => {
    await register(vendor);
    const id = await send(vendor);
    await fateOf(vendor, id, ({ taken }) => taken);
    expect(readLast(vendor)?.inbound).toMatchObject([
      { providerMessageId: id, from: '+12125550123', to: '12065550100' },
    ]);
    await fateOf(
      vendor,
      await send(vendor, { ...STOP, media: ['https://in.example.test/1.jpg'] }),
      (fate) => fate.taken,
    );
    expect(readLast(vendor)?.inbound).toMatchObject([
      { channel: 'mms', media: expect.arrayContaining(['https://in.example.test/1.jpg']) as string[] },
    ]);
  });

  it('is told of again until it is taken', async () => {
    receiver.respond = (_request, response) =>
      void response.writeHead(receiver.requests.length === 1 ? 503 : 200).end();
    await register(vendor);
    const fate = await fateOf(vendor, await send(vendor), ({ taken }) => taken);
    expect(fate).toMatchObject({ posts: 2, status: 200 });
    expect(receiver.requests[0]?.text).toBe(receiver.requests[1]?.text);
  });

  it('is refused by name when what is written makes no sense, or nobody has said where it goes', async () => {
    expect((await call(vendor, 'POST', 'inbound', STOP)).status).toBe(409);
    for (const body of [{}, { ...STOP, from: '' }, { ...STOP, media: ['no link'] }, { ...STOP, more: 1 }])
      expect((await call(vendor, 'POST', 'inbound', body)).status).toBe(400);
  });
});

describe('what is not taken', () => {
  const pauses = (vendor: InboundVendor, status: number | undefined, retries: readonly number[]): unknown[] =>
    retries.map((retry) => vendor.pauseBefore(retry, status));
  const SECOND = 1_000;

  it('is told of again after the pauses that the vendor documents, which are shorter here', () => {
    expect(pauses(inboundOfInfobip({}), 500, [0, 1, 2, 3])).toEqual(
      [60, 120, 300, 600].map((s) => s * SECOND),
    );
    expect(pauses(inboundOfSinchSms(undefined), 503, [0, 1, 2, 14, 15])).toEqual([
      ...[5, 10, 20, 81_920].map((s) => s * SECOND),
      undefined,
    ]);
    expect(pauses(INBOUND_OF_SINCH_MMS, 500, [0, 4, 5])).toEqual([300 * SECOND, 300 * SECOND, undefined]);
  });

  it('is given up at once by Sinch when it was refused with 4xx, except for 429', () => {
    expect(
      [404, 400, 429, undefined].map((status) => pauses(inboundOfSinchSms(undefined), status, [0])[0]),
    ).toEqual([undefined, undefined, 5 * SECOND, 5 * SECOND]);
  });
});

it('what the simulated Sinch MMS is told to post reports to gets its inbound messages too', async () => {
  const url = `${receiver.url}/postbacks`;
  const address = `${vendors['sinch-mms']?.url ?? ''}/_simulator/postback-url`;
  await fetch(address, { method: 'PUT', body: JSON.stringify({ url }) });
  await fateOf('sinch-mms', await send('sinch-mms'), ({ taken }) => taken);
  expect(receiver.requests.map(({ path }) => path)).toEqual(['/postbacks']);
});
