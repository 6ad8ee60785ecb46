import { jest } from '@jest/globals';
import { createLog } from '../../config/log.ts';
import { storeInbound } from '../../database/inbound/store-inbound.ts';
import { TEXT_PAUSES_MS } from '../../domain/awaited-text.ts';
import { importNdjson } from '../support/import.ts';
import { inboundSms, newInboundUrl, SENDER, tell } from '../support/inbound.ts';
import { InboundFiles, says } from '../support/inbound-files.ts';
import { eventually } from '../support/eventually.ts';
import { consentingCustomers, launchRun, newPhone, PHONE_KEY } from '../support/launched-run.ts';
import { claim } from '../support/ledger.ts';
import { TestStack } from '../support/test-stack.ts';

let stack: TestStack;
let inbound: InboundFiles;

beforeAll(async () => {
  stack = await TestStack.start({ engine: false });
  inbound = await InboundFiles.start(stack);
});
afterAll(async () => {
  await inbound.files.stop();
  await stack.stop();
});
beforeEach(async () => {
  inbound.files.respond = says(503);
  await stack.database.pool.query('UPDATE inbound_message SET text_due_at = NULL');
  inbound.files.requests.length = 0;
});

interface Suppression {
  readonly reason: string;
  readonly lifted: unknown;
}

async function suppressionsOf(phone: string): Promise<readonly Suppression[]> {
  const query = new URLSearchParams({ phone, lifted: 'true' }).toString();
  const { body } = await stack.api.call<{ suppressions: Suppression[] }>('GET', `/v1/suppressions?${query}`);
  return body.suppressions;
}

/** How long the only text that is awaited waits for its next try, in milliseconds. */
async function pauseMs(): Promise<number> {
  const { rows } = await stack.database.pool.query<{ ms: number }>(
    `SELECT extract(epoch FROM text_due_at - clock_timestamp())::float8 * 1000 AS ms FROM inbound_message
     WHERE text_due_at IS NOT NULL`,
  );
  expect(rows).toHaveLength(1);
  return rows[0]?.ms ?? 0;
}

describe('a STOP in a file that could not be fetched', () => {
  it('is carried out as soon as the file is there, once', async () => {
    const run = await launchRun(stack.database.pool, { customers: consentingCustomers(2) });
    const phone = run.members[0]?.phone ?? '';
    expect(await inbound.send({}, phone)).toMatchObject({ textState: 'awaited', keyword: null });
    await inbound.pump();
    expect(inbound.files.requests).toHaveLength(1);
    await inbound.makeDue();
    await inbound.pump();
    expect(await inbound.messageOf(phone)).toMatchObject({ textState: 'awaited', text: null });
    inbound.files.respond = says(200, 'Stop.');
    await inbound.makeDue();
    await inbound.pump();
    expect(await inbound.messageOf(phone)).toMatchObject({
      ...{ textState: 'fetched', text: 'Stop.', keyword: 'stop' },
    });
    expect(await suppressionsOf(phone)).toMatchObject([{ reason: `STOP to ${SENDER}`, lifted: null }]);
    expect((await claim(run)).refused).toMatchObject([{ memberIndex: 0, verdict: { reason: 'opted_out' } }]);
    expect(await inbound.makeDue()).toBe(0);
    await inbound.pump();
    expect(inbound.files.requests).toHaveLength(3);
  });

  it('is fetched by the pump where the process that stored it died before it could', async () => {
    const phone = newPhone();
    inbound.files.respond = says(200, 'STOP');
    const message = {
      ...{ providerMessageId: phone, channel: 'mms' as const, from: phone, to: SENDER, at: Date.now() },
      ...{ subject: null, text: null, keyword: null, media: [inbound.fileUrl], textAt: inbound.fileUrl },
    };
    await storeInbound(stack.database.pool, PHONE_KEY, inbound.integrationId, message);
    await inbound.pump();
    expect(inbound.files.requests).toEqual([]);
    await inbound.makeDue();
    await inbound.pump();
    expect(await suppressionsOf(phone)).toHaveLength(1);
  });

  it('that is posted again meanwhile is no second message, and no second try', async () => {
    const [phone, timestamp] = [newPhone(), new Date().toISOString()];
    const more = { timestamp, 'tracking-id': undefined };
    const first = await inbound.send(more, phone);
    expect(await inbound.send(more, phone)).toEqual(first);
    expect(inbound.files.requests).toHaveLength(1);
  });

  it('is fetched by one of several pumps', async () => {
    const phone = newPhone();
    await inbound.send({}, phone);
    inbound.files.respond = says(200, 'STOP');
    await inbound.makeDue();
    await Promise.all([inbound.pump(), inbound.pump(), inbound.pump()]);
    expect(inbound.files.requests).toHaveLength(2);
    expect(await suppressionsOf(phone)).toHaveLength(1);
  });

  it('is carried out once where a pump that was taken for dead comes through as well', async () => {
    const phone = newPhone();
    await inbound.send({}, phone);
    const answers: (() => void)[] = [];
    inbound.files.respond = (_request, response) => void answers.push(() => response.end('STOP'));
    const pumps: Promise<void>[] = [];
    for (const round of [1, 2]) {
      await inbound.makeDue();
      pumps.push(inbound.pump());
      await eventually(() => Promise.resolve(answers.length === round || undefined));
    }
    answers[1]?.();
    await pumps[1];
    const url = await newInboundUrl(stack, 'between');
    await tell(url, inboundSms(phone, 'START'));
    answers[0]?.();
    await pumps[0];
    const [only, ...others] = await suppressionsOf(phone);
    expect(others).toEqual([]);
    expect(only?.lifted).not.toBeNull();
  });

  it('is carried out for the sake of its subject while its text is awaited', async () => {
    const phone = newPhone();
    await inbound.send({ 'message-subject': 'Stop' }, phone);
    expect(await inbound.messageOf(phone)).toMatchObject({ textState: 'awaited', keyword: 'stop' });
    inbound.files.respond = says(200, 'Please');
    await inbound.makeDue();
    await inbound.pump();
    expect(await inbound.messageOf(phone)).toMatchObject({ text: 'Please', keyword: 'stop' });
    expect(await suppressionsOf(phone)).toHaveLength(1);
  });

  it('outlasts the erasure of its customer, the text does not', async () => {
    const phone = newPhone();
    await importNdjson(stack.api, { externalId: 'goes', phone });
    await inbound.send({}, phone);
    await stack.api.call('DELETE', '/v1/customers/goes');
    inbound.files.respond = says(200, 'STOP');
    await inbound.makeDue();
    await inbound.pump();
    expect(await suppressionsOf(phone)).toHaveLength(1);
    expect(await inbound.messageOf(phone)).toMatchObject({ text: null, phone: null, keyword: 'stop' });
    const { rows } = await stack.database.pool.query<{ row: string }>(
      'SELECT row_to_json(m)::text AS row FROM inbound_message AS m WHERE erased_at IS NOT NULL',
    );
    for (const { row } of rows) expect(row).not.toContain(inbound.files.url);
  });
});

describe('a text that does not come', () => {
  it('is tried for a day, with growing pauses, and then given up, which the log says without its number', async () => {
    const phone = newPhone();
    const log = createLog('test', 'silent');
    const warn = jest.spyOn(log, 'warn');
    await inbound.send({ 'message-subject': 'Start' }, phone);
    for (const pause of TEXT_PAUSES_MS) {
      const left = await pauseMs();
      expect(left).toBeLessThanOrEqual(pause);
      expect(left).toBeGreaterThan(pause - 5_000);
      expect(warn).not.toHaveBeenCalled();
      await inbound.makeDue();
      await inbound.pump(log);
    }
    expect(inbound.files.requests).toHaveLength(TEXT_PAUSES_MS.length + 1);
    expect(await inbound.messageOf(phone)).toMatchObject({ textState: 'given_up', keyword: 'start' });
    expect(await inbound.makeDue()).toBe(0);
    expect(warn).toHaveBeenCalledTimes(1);
    expect(JSON.stringify(warn.mock.calls)).not.toContain(phone.slice(1));
    const total = TEXT_PAUSES_MS.reduce((sum, pause) => sum + pause, 0);
    expect(total / 3_600_000).toBeCloseTo(24, 0);
  });

  it('is given up where its address turns out to lead into a network of ours', async () => {
    const phone = newPhone();
    await inbound.send({}, phone);
    inbound.files.respond = (_request, response) =>
      void response.writeHead(302, { location: 'http://169.254.169.254/1.txt' }).end();
    await inbound.makeDue();
    await inbound.pump();
    expect(await inbound.messageOf(phone)).toMatchObject({ textState: 'given_up', keyword: null });
  });
});
