import { readCustomer } from '../support/import.ts';
import { inboundSms, listInbound, newInboundUrl, SENDER, tell } from '../support/inbound.ts';
import { consentingCustomers, GRANTED, launchRun, newPhone } from '../support/launched-run.ts';
import { claim, ledgerOf, record, unsent } from '../support/ledger.ts';
import { TestStack } from '../support/test-stack.ts';
import { infobipTime, post } from '../support/webhooks.ts';

interface Suppression {
  readonly id: string;
  readonly phone: string | null;
  readonly source: string;
  readonly reason: string | null;
  readonly stoppedSenders: readonly string[];
  readonly lifted: { readonly reason: string | null; readonly actor: string } | null;
}

let stack: TestStack;
let url: string;

beforeAll(async () => {
  stack = await TestStack.start({ engine: false });
  url = await newInboundUrl(stack, 'inbound');
});
afterAll(() => stack.stop());

async function suppressionsOf(phone: string): Promise<readonly Suppression[]> {
  const query = new URLSearchParams({ phone, lifted: 'true' }).toString();
  const { body } = await stack.api.call<{ suppressions: Suppression[] }>('GET', `/v1/suppressions?${query}`);
  return body.suppressions;
}

/** Whether nothing of marketing may go to the number now. */
async function isSuppressed(phone: string): Promise<boolean> {
  return (await suppressionsOf(phone)).some(({ lifted }) => lifted === null);
}

describe('an inbound STOP', () => {
  it('has suppressed its number by the time that it is answered, and says how it was heard of', async () => {
    const run = await launchRun(stack.database.pool, { customers: consentingCustomers(2) });
    const phone = run.members[0]?.phone ?? '';
    expect(await tell(url, inboundSms(phone, ' Stop! '))).toBe(200);
    const { claimed, refused } = await claim(run);
    expect(refused).toEqual([{ memberIndex: 0, verdict: { kind: 'suppress', reason: 'opted_out' } }]);
    expect(claimed.map(({ memberIndex }) => memberIndex)).toEqual([1]);
    expect(await suppressionsOf(phone)).toMatchObject([
      {
        ...{ phone, source: 'inbound STOP', reason: `STOP to ${SENDER}`, actor: 'integration inbound' },
        ...{ stoppedSenders: [SENDER], lifted: null },
      },
    ]);
    expect(await readCustomer(stack.api, run.members[0]?.externalId ?? '')).toMatchObject({
      optedOutAt: expect.any(String) as string,
    });
  });

  it('ends what waits to be offered to its number', async () => {
    const run = await launchRun(stack.database.pool, { customers: consentingCustomers(2) });
    const { token, claimed } = await claim(run);
    await record(
      run,
      token,
      claimed.map(({ id }) => unsent(id)),
    );
    await tell(url, inboundSms(run.members[0]?.phone ?? '', 'unsubscribe'));
    expect(await ledgerOf(run)).toMatchObject([
      { state: 'cancelled', error: 'opted_out' },
      { state: 'queued', error: 'Too many requests.' },
    ]);
  });

  it('holds for a number that no customer has, and for the customer who brings it later', async () => {
    const phone = newPhone();
    expect(await tell(url, inboundSms(phone, 'STOP'))).toBe(200);
    expect(await suppressionsOf(phone)).toMatchObject([{ phone: null, source: 'inbound STOP' }]);
    const consents = { marketing: { ...GRANTED, saidAt: Date.now() + 1_000 } };
    const run = await launchRun(stack.database.pool, {
      customers: consentingCustomers(1, { phone, consents }),
    });
    expect((await claim(run)).refused).toMatchObject([{ verdict: { reason: 'opted_out' } }]);
  });

  it('is remembered of a number that is not valid by the plans of today', async () => {
    expect(await tell(url, inboundSms('+12005550100', 'STOP'))).toBe(200);
    const { rows } = await stack.database.pool.query(
      `SELECT count(*)::int AS count FROM suppression JOIN recipient ON recipient.id = recipient_id
       JOIN inbound_message AS inbound USING (recipient_id) WHERE from_number = '+12005550100'`,
    );
    expect(rows).toEqual([{ count: 1 }]);
  });

  it('is not what a sentence says that has the word in it', async () => {
    const phone = newPhone();
    for (const text of ['Please stop writing to me', 'STOP by tomorrow?', 'Do not stop'])
      expect(await tell(url, inboundSms(phone, text))).toBe(200);
    expect(await isSuppressed(phone)).toBe(false);
    expect((await listInbound(stack, { phone })).messages).toHaveLength(3);
  });

  it('counts once however often it is posted, also at the same time', async () => {
    const phone = newPhone();
    const stop = inboundSms(phone, 'STOP');
    expect(await Promise.all(Array.from({ length: 6 }, () => tell(url, stop)))).toEqual(Array(6).fill(200));
    expect(await suppressionsOf(phone)).toHaveLength(1);
    expect((await listInbound(stack, { phone })).messages).toHaveLength(1);
  });

  it('among many in one webhook is carried out like each of them', async () => {
    const phones = [newPhone(), newPhone(), newPhone()];
    expect(await tell(url, ...phones.map((phone, i) => inboundSms(phone, i === 1 ? 'hello' : 'END')))).toBe(
      200,
    );
    expect(await Promise.all(phones.map(isSuppressed))).toEqual([true, false, true]);
  });
});

describe('a webhook that is proven by the secret of another integration', () => {
  it('is refused, and suppresses and stores nothing', async () => {
    const other = await newInboundUrl(stack, 'other');
    await stack.api.call('PATCH', `/v1/integrations/${idIn(other)}`, {
      webhook: { auth: 'token', secret: 'the secret of the other one' },
    });
    const phone = newPhone();
    const crossed = url.replace(/[^/]+$/, (await newInboundUrl(stack, 'third')).split('/').at(-1) ?? '');
    const wrong = other.replace(/[^/]+$/, url.split('/').at(-1) ?? '');
    for (const address of [crossed, wrong, url.slice(0, url.lastIndexOf('/'))])
      expect(await tell(address, inboundSms(phone, 'STOP'))).toBe(401);
    expect(await isSuppressed(phone)).toBe(false);
    expect((await listInbound(stack, { phone })).messages).toEqual([]);
  });
});

function idIn(address: string): string {
  return new URL(address).pathname.split('/')[2] ?? '';
}

describe('an inbound START', () => {
  /** Instants a minute apart, in the order in which they are asked for. */
  const later = (minutes: number): { receivedAt: string } => ({
    receivedAt: infobipTime(Date.now() - 3_600_000 + minutes * 60_000),
  });

  it('takes back what a STOP to the same sender has revoked', async () => {
    const phone = newPhone();
    await tell(url, inboundSms(phone, 'STOP', later(1)));
    await tell(url, inboundSms(phone, 'Unstop', later(2)));
    expect(await suppressionsOf(phone)).toMatchObject([
      { stoppedSenders: [SENDER], lifted: { reason: `START to ${SENDER}`, actor: 'integration inbound' } },
    ]);
    const run = await launchRun(stack.database.pool, { customers: consentingCustomers(1, { phone }) });
    expect((await claim(run)).claimed).toHaveLength(1);
  });

  it('to another sender takes nothing back, and a STOP to each needs a START to each', async () => {
    const phone = newPhone();
    const other = { to: '+12065550199' };
    await tell(url, inboundSms(phone, 'STOP', later(1)));
    await tell(url, inboundSms(phone, 'START', { ...other, ...later(2) }));
    expect(await isSuppressed(phone)).toBe(true);
    await tell(url, inboundSms(phone, 'STOP', { ...other, ...later(3) }));
    await tell(url, inboundSms(phone, 'START', later(4)));
    expect(await suppressionsOf(phone)).toMatchObject([{ stoppedSenders: ['12065550199'], lifted: null }]);
    await tell(url, inboundSms(phone, 'START', { ...other, ...later(5) }));
    expect(await isSuppressed(phone)).toBe(false);
  });

  it('takes nothing back that was said in another way, before the STOP or after it', async () => {
    const [before, after] = [newPhone(), newPhone()];
    await stack.api.call('POST', '/v1/suppressions', { phone: before, source: 'call centre' });
    await tell(url, inboundSms(before, 'STOP', later(1)), inboundSms(after, 'STOP', later(1)));
    await stack.api.call('POST', '/v1/suppressions', { phone: after, source: 'call centre' });
    await tell(url, inboundSms(before, 'START', later(2)), inboundSms(after, 'START', later(2)));
    expect([await isSuppressed(before), await isSuppressed(after)]).toEqual([true, true]);
  });

  it('that was written before the STOP and comes after it takes nothing back', async () => {
    const phone = newPhone();
    await tell(url, inboundSms(phone, 'STOP', later(2)));
    await tell(url, inboundSms(phone, 'START', later(1)));
    expect(await isSuppressed(phone)).toBe(true);
  });

  it('is not undone by the STOP before it that is posted once more', async () => {
    const phone = newPhone();
    const stop = inboundSms(phone, 'STOP', later(1));
    await tell(url, stop);
    await tell(url, inboundSms(phone, 'START', later(2)));
    await tell(url, stop);
    expect(await isSuppressed(phone)).toBe(false);
  });

  it('is followed by another STOP, also where the provider tells neither id nor instant', async () => {
    const phone = newPhone();
    const nameless = { messageId: undefined, receivedAt: undefined };
    await tell(url, inboundSms(phone, 'STOP', nameless));
    await tell(url, inboundSms(phone, 'START'));
    await tell(url, inboundSms(phone, 'STOP', nameless));
    expect(await isSuppressed(phone)).toBe(true);
  });
});

describe('a STOP that can not be stored', () => {
  it('is not acknowledged, and carried out when it comes again', async () => {
    const { pool } = stack.database;
    const phone = newPhone();
    const stop = inboundSms(phone, 'STOP');
    await pool.query('ALTER TABLE inbound_message RENAME TO inbound_away');
    expect(await tell(url, stop)).toBe(503);
    await pool.query('ALTER TABLE inbound_away RENAME TO inbound_message');
    expect(await isSuppressed(phone)).toBe(false);
    expect(await tell(url, stop)).toBe(200);
    expect(await isSuppressed(phone)).toBe(true);
  });

  it('because it can not be read is answered with 400', async () => {
    for (const body of ['', 'no json', '[]', '{"results": [{"text": "STOP"}]}'])
      expect([body, await post(url, body)]).toEqual([body, 400]);
  });
});
