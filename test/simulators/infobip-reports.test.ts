import { appendFile } from 'node:fs/promises';
import { callInfobip, mmsBody, RunningSimulator } from '../support/infobip.ts';
import { eventually } from '../support/eventually.ts';
import { RecordingServer } from '../support/recording-server.ts';

interface Posted {
  readonly results: readonly {
    readonly messageId: string;
    readonly sentAt: string;
    readonly doneAt: string;
  }[];
}

let receiver: RecordingServer;
let vendor: RunningSimulator;

beforeEach(async () => {
  receiver = await RecordingServer.start();
});
afterEach(async () => {
  await vendor.stop();
  await receiver.stop();
});

const bodies = (): readonly Posted[] => receiver.bodies() as readonly Posted[];

function posted(): readonly string[] {
  return bodies().flatMap(({ results }) => results.map(({ messageId }) => messageId));
}

function reported(): readonly string[] {
  return vendor.rows.flatMap((row) => (row.kind === 'reported' ? [row.id] : []));
}

const take = (destinations: Readonly<Record<string, string>>): ReturnType<typeof callInfobip> =>
  callInfobip(vendor.url, 'POST', '/mms/2/messages', mmsBody(destinations, `${receiver.url}/hook?x=1`));

describe('a delivery report of the simulated Infobip', () => {
  it('is posted to the address of its message, with what a subscription adds', async () => {
    vendor = await RunningSimulator.start({ webhookHeaders: { authorization: 'Basic abc' } });
    await take({ one: '12125550200' });
    await eventually(() => (reported().length === 1 ? true : undefined));
    expect(receiver.requests).toMatchObject([
      {
        method: 'POST',
        path: '/hook?x=1',
        headers: { authorization: 'Basic abc', 'content-type': 'application/json' },
      },
    ]);
    const [result] = bodies()[0]?.results ?? [];
    expect(result).toMatchObject({ messageId: 'one', to: '12125550200', messageCount: 1, status: { id: 5 } });
    expect(result?.doneAt).toMatch(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}\+0000$/);
  });

  it('goes where the engine is now when it is owed to another port of this machine', async () => {
    vendor = await RunningSimulator.start({ reportDelayMs: 0, reportHome: receiver.url });
    await callInfobip(
      vendor.url,
      'POST',
      '/mms/2/messages',
      mmsBody({ one: '12125550200' }, 'http://127.0.0.1:9/hook?x=1'),
    );
    await eventually(() => (reported().length === 1 ? true : undefined));
    expect(receiver.requests).toMatchObject([{ path: '/hook?x=1' }]);
  });

  it('is posted again until it is answered with 2xx, and then never more', async () => {
    vendor = await RunningSimulator.start({ reportDelayMs: 0 });
    const answers = [500, 401, 204];
    receiver.respond = (_request, response) => response.writeHead(answers.shift() ?? 500).end();
    await take({ one: '12125550200' });
    await eventually(() => (reported().length === 1 ? true : undefined));
    expect(posted()).toEqual(['one', 'one', 'one']);
    expect(answers).toEqual([]);
  });

  it('goes in buckets of at most a hundred', async () => {
    vendor = await RunningSimulator.start({ reportDelayMs: 0 });
    await take(Object.fromEntries(Array.from({ length: 250 }, (_, index) => [`m-${index}`, '12125550200'])));
    await eventually(() => (posted().length === 250 ? true : undefined));
    expect(new Set(posted()).size).toBe(250);
    expect(bodies().every(({ results }) => results.length <= 100)).toBe(true);
  });

  it('goes by itself where a bucket holds one', async () => {
    vendor = await RunningSimulator.start({ reportDelayMs: 0, reportsPerPost: 1 });
    await take(Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`m-${index}`, '12125550200'])));
    await eventually(() => (posted().length === 20 ? true : undefined));
    expect(bodies().map(({ results }) => results.length)).toEqual(Array.from({ length: 20 }, () => 1));
  });

  it('is not posted where nobody asked for it', async () => {
    vendor = await RunningSimulator.start({ reportDelayMs: 0 });
    const [message] = (mmsBody({ quiet: '12125550200' }) as { messages: object[] }).messages;
    const delivery = { url: receiver.url, notify: false };
    await callInfobip(vendor.url, 'POST', '/mms/2/messages', {
      messages: [{ ...message, webhooks: { delivery } }],
    });
    await take({ loud: '12125550200' });
    await eventually(() => (reported().length === 1 ? true : undefined));
    expect(posted()).toEqual(['loud']);
  });
});

describe('after a restart the simulated Infobip', () => {
  it('posts the reports that it still owes, and no other', async () => {
    vendor = await RunningSimulator.start({ reportDelayMs: 0 });
    await take({ told: '12125550200' });
    await eventually(() => (reported().length === 1 ? true : undefined));
    receiver.respond = (_request, response) => response.writeHead(503).end();
    await take({ owed: '12125550200', silent: '12125550152' });
    await eventually(() => (posted().includes('owed') ? true : undefined));
    const before = receiver.requests.length;
    receiver.respond = (_request, response) => response.writeHead(200).end();
    vendor = await vendor.restart();
    await eventually(() => (reported().includes('owed') ? true : undefined));
    expect(new Set(posted().slice(before))).toEqual(new Set(['owed']));
  });

  it('still knows every id that it took, also behind a line that was cut in half', async () => {
    vendor = await RunningSimulator.start();
    await take({ one: '12125550200' });
    await vendor.simulator.close();
    await appendFile(vendor.ledgerPath, '{"kind":"accepted","id":"cut","chann');
    vendor = await RunningSimulator.start({}, vendor.folder);
    await take({ one: '12125550200', cut: '12125550201' });
    expect(vendor.accepted()).toEqual(['one', 'cut']);
    expect(vendor.rows.filter((row) => row.kind === 'duplicate_refused')).toHaveLength(1);
  });

  it('tells the same of a message as it would have told before', async () => {
    vendor = await RunningSimulator.start({ reportDelayMs: 300 });
    await take({ one: '12125550200' });
    await eventually(() => (reported().length === 1 ? true : undefined));
    const logs = `/mms/2/logs?messageId=one`;
    const before = await callInfobip(vendor.url, 'GET', logs);
    vendor = await vendor.restart();
    expect((await callInfobip(vendor.url, 'GET', logs)).body).toEqual(before.body);
  });
});
