import { importNdjson, readCustomer } from '../support/import.ts';
import { HeldLocks } from '../support/held-locks.ts';
import { inboundSms, listInbound, newInboundUrl, SENDER, tell } from '../support/inbound.ts';
import { newPhone, PHONE_KEY } from '../support/launched-run.ts';
import { phoneHash } from '../../database/phone-hash.ts';
import { otherProject } from '../support/other-project.ts';
import { expectProblem } from '../support/problem.ts';
import { TestStack } from '../support/test-stack.ts';

let stack: TestStack;
let url: string;

beforeAll(async () => {
  stack = await TestStack.start({ engine: false });
  url = await newInboundUrl(stack, 'inbound');
});
afterAll(() => stack.stop());

/** Everything that the inbox still has of a number's messages. */
async function rowsOf(phone: string): Promise<string> {
  const { rows } = await stack.database.pool.query<{ text: string }>(
    `SELECT coalesce(string_agg(inbound::text, ' '), '') AS text FROM inbound_message AS inbound
     JOIN recipient ON recipient.id = recipient_id WHERE phone_hash = $1`,
    [phoneHash(PHONE_KEY, phone)],
  );
  return rows[0]?.text ?? '';
}

describe('an inbound message', () => {
  it('is listed with who sent it, what it says and whose number it was', async () => {
    const phone = newPhone();
    await importNdjson(stack.api, { externalId: 'writer', phone });
    const { id } = await readCustomer(stack.api, 'writer');
    expect(await tell(url, inboundSms(phone, 'How much is it?', { messageId: 'm-1' }))).toBe(200);
    expect((await listInbound(stack, { phone })).messages).toMatchObject([
      {
        ...{ integration: 'inbound', channel: 'sms', phone, sender: SENDER, customerIds: [id] },
        ...{ text: 'How much is it?', keyword: null, providerKeyword: 'HOW', providerMessageId: 'm-1' },
        ...{ subject: null, media: [], erasedAt: null },
      },
    ]);
  });

  it('that is posted again is one, and one with the same id at another integration is another', async () => {
    const phone = newPhone();
    const message = inboundSms(phone, 'Hello');
    const nameless = inboundSms(phone, 'Hello', { messageId: undefined });
    for (let round = 0; round < 3; round += 1) await tell(url, message, nameless);
    expect((await listInbound(stack, { phone })).messages).toHaveLength(2);
    await tell(await newInboundUrl(stack, 'same-ids'), message);
    expect((await listInbound(stack, { phone })).messages).toHaveLength(3);
  });

  it('may say what PostgreSQL does not store', async () => {
    const phone = newPhone();
    expect(await tell(url, inboundSms(phone, 'a\u0000b\ud800', { messageId: 'x\u0000'.repeat(300) }))).toBe(
      200,
    );
    expect((await listInbound(stack, { phone })).messages).toMatchObject([{ text: 'a\ufffdb\ufffd' }]);
  });

  it('is nothing to another project', async () => {
    const other = await otherProject(stack);
    await tell(url, inboundSms(newPhone(), 'Hello'));
    expect((await other.call('GET', '/v1/inbound')).body).toEqual({ messages: [], next: null });
  });
});

describe('the list of inbound messages', () => {
  it('comes in pages, the last received first, and by keyword', async () => {
    const phone = newPhone();
    const texts = ['one', 'HELP', 'two', 'info', 'three'];
    for (const text of texts) await tell(url, inboundSms(phone, text));
    const seen: (string | null)[] = [];
    for (let cursor: string | null | undefined; cursor !== null;) {
      const page = await listInbound(stack, { phone, limit: '2', ...(cursor !== undefined && { cursor }) });
      seen.push(...page.messages.map(({ text }) => text));
      cursor = page.next;
    }
    expect(seen).toEqual(texts.toReversed());
    const help = await listInbound(stack, { phone, keyword: 'help' });
    expect(help.messages.map(({ text }) => text)).toEqual(['info', 'HELP']);
  });

  it('refuses what it does not understand', async () => {
    for (const query of ['keyword=nonsense', 'phone=12', 'sender=1', 'cursor=x'])
      expectProblem(await stack.api.call('GET', `/v1/inbound?${query}`), 400, 'bad_query');
  });
});

describe('the erasure of a customer', () => {
  it('takes what was written from the number, then or when it was the customer’s, and leaves the opt-out', async () => {
    const [former, phone] = [newPhone(), newPhone()];
    await importNdjson(stack.api, { externalId: 'leaves', phone: former });
    await tell(url, inboundSms(former, 'I like marzipan'));
    await importNdjson(stack.api, { externalId: 'leaves', phone });
    const stop = inboundSms(phone, 'STOP', { text: 'Stop', keyword: 'STOP' });
    await tell(url, inboundSms(phone, 'I like marzipan too'), stop);
    const { id } = await readCustomer(stack.api, 'leaves');
    expect((await stack.api.call('DELETE', '/v1/customers/leaves')).status).toBe(204);
    for (const number of [former, phone]) {
      const left = await rowsOf(number);
      for (const trace of ['marzipan', number.slice(2), id]) expect(left).not.toContain(trace);
    }
    expect((await listInbound(stack, { phone })).messages).toMatchObject([
      { phone: null, text: null, keyword: 'stop', erasedAt: expect.any(String) as string },
      { phone: null, text: null, customerIds: [], providerKeyword: null },
    ]);
    const query = new URLSearchParams({ phone }).toString();
    const { body } = await stack.api.call('GET', `/v1/suppressions?${query}`);
    expect(body).toMatchObject({ suppressions: [{ source: 'inbound STOP', lifted: null }] });
    // Told once more it does not come back.
    await tell(url, stop);
    expect(await rowsOf(phone)).not.toContain(phone.slice(2));
  });

  it('leaves what others wrote', async () => {
    const [gone, stays] = [newPhone(), newPhone()];
    await importNdjson(stack.api, { externalId: 'gone', phone: gone });
    await tell(url, inboundSms(gone, 'bye'), inboundSms(stays, 'hello'));
    await stack.api.call('DELETE', '/v1/customers/gone');
    expect((await listInbound(stack, { phone: stays })).messages).toMatchObject([{ text: 'hello' }]);
  });

  it('waits for a message that is being stored, and the other way round: both lock the number', async () => {
    const phone = newPhone();
    await importNdjson(stack.api, { externalId: 'racing', phone });
    const told = await HeldLocks.during(
      stack.database.pool,
      'SELECT FROM recipient WHERE phone_hash = $1 FOR NO KEY UPDATE',
      [phoneHash(PHONE_KEY, phone)],
      async (held) => {
        const answer = tell(url, inboundSms(phone, 'hello'));
        await held.isWaitedFor();
        return { answer };
      },
    );
    expect(await told.answer).toBe(200);
  });
});
