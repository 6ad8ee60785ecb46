import { request } from 'undici';
import { callInfobip, mmsBody, RunningSimulator, type Answer } from '../support/infobip.ts';
import { eventually } from '../support/eventually.ts';

const running: RunningSimulator[] = [];

async function start(options: Parameters<typeof RunningSimulator.start>[0] = {}): Promise<RunningSimulator> {
  const vendor = await RunningSimulator.start(options);
  running.push(vendor);
  return vendor;
}
afterEach(() => Promise.all(running.splice(0).map((vendor) => vendor.stop())));

const lookUp = (vendor: RunningSimulator, ids: string, channel = 'mms/2'): Promise<Answer> =>
  callInfobip(vendor.url, 'GET', `/${channel}/logs?messageId=${ids}`);

function found(answer: Answer): Readonly<Record<string, number>> {
  const { results } = answer.body as { results: { messageId: string; status: { groupId: number } }[] };
  return Object.fromEntries(results.map(({ messageId, status }) => [messageId, status.groupId]));
}

describe('the logs of the simulated Infobip', () => {
  it('know what was taken, pending until its report is due, and nothing else', async () => {
    const vendor = await start({ reportDelayMs: 400 });
    await callInfobip(
      vendor.url,
      'POST',
      '/mms/2/messages',
      mmsBody({ one: '12125550200', two: '12125550153' }),
    );
    expect(found(await lookUp(vendor, 'one,two,three'))).toEqual({ one: 1, two: 1 });
    await eventually(async () => {
      const now = found(await lookUp(vendor, 'one,two'));
      return now['one'] === 3 && now['two'] === 4 ? now : undefined;
    });
    expect(found(await lookUp(vendor, 'one', 'sms/3'))).toEqual({});
  });

  it('may be asked as often as one likes: nothing is used up', async () => {
    const vendor = await start({ reportDelayMs: 0 });
    await callInfobip(vendor.url, 'POST', '/mms/2/messages', mmsBody({ one: '12125550200' }));
    const first = await lookUp(vendor, 'one');
    expect((await lookUp(vendor, 'one')).body).toEqual(first.body);
  });

  it('lag as long as they are told to', async () => {
    const vendor = await start({ lookupLagMs: 300 });
    const sentAt = Date.now();
    await callInfobip(vendor.url, 'POST', '/mms/2/messages', mmsBody({ one: '12125550200' }));
    expect(found(await lookUp(vendor, 'one'))).toEqual({});
    await eventually(async () => ('one' in found(await lookUp(vendor, 'one')) ? true : undefined));
    expect(Date.now() - sentAt).toBeGreaterThanOrEqual(300);
  });

  it('answer 120 times a minute and then no more', async () => {
    const vendor = await start();
    const answers = await Promise.all(Array.from({ length: 125 }, () => lookUp(vendor, 'one')));
    const statuses = answers.map(({ status }) => status).sort();
    expect(statuses).toEqual([
      ...Array.from({ length: 120 }, () => 200),
      ...Array.from({ length: 5 }, () => 429),
    ]);
    expect(answers.find(({ status }) => status === 429)?.body).toMatchObject({ errorCode: 'E429' });
    expect(
      (await callInfobip(vendor.url, 'POST', '/mms/2/messages', mmsBody({ one: '12125550200' }))).status,
    ).toBe(200);
  });

  it('name as many ids at once as Infobip allows, which is 2,048 characters', async () => {
    const vendor = await start();
    expect((await lookUp(vendor, 'x'.repeat(2_048))).status).toBe(200);
    expect((await lookUp(vendor, 'x'.repeat(2_049))).status).toBe(400);
  });
});

describe('the ledger of the simulated Infobip', () => {
  it('is read without a key, a JSON object a line: what was taken and what was refused', async () => {
    const vendor = await start();
    await callInfobip(vendor.url, 'POST', '/mms/2/messages', mmsBody({ one: '12125550200' }));
    await callInfobip(vendor.url, 'POST', '/mms/2/messages', mmsBody({ one: '12125550200' }));
    const answer = await request(`${vendor.url}/_simulator/ledger`);
    const rows = (await answer.body.text())
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as object);
    expect(rows).toMatchObject([
      { kind: 'accepted', id: 'one', channel: 'mms', to: '12125550200' },
      { kind: 'duplicate_refused', id: 'one' },
    ]);
  });
});
