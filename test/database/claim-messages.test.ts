import { randomUUID } from 'node:crypto';
import { claimMessages } from '../../database/claim-messages.ts';
import { messageId } from '../../database/ids.ts';
import {
  candidatesOf,
  claimScope,
  consentingCustomers,
  launchRun,
  newPhone,
} from '../support/launched-run.ts';
import { claim, ledgerOf, record, unsent } from '../support/ledger.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

describe('a claim', () => {
  it("writes a row a member and answers what is to be called, under the message's own id", async () => {
    const run = await launchRun(database.pool);
    const { claimed, refused, duplicateNumbers, token, halted } = await claim(run);
    expect([refused, duplicateNumbers, halted]).toEqual([[], [], undefined]);
    expect(claimed.map(({ memberIndex, to }) => [memberIndex, to]).sort()).toEqual(
      run.members.map(({ memberIndex, phone }) => [memberIndex, phone]),
    );
    const rows = await ledgerOf(run);
    expect(rows).toMatchObject(
      run.members.map(({ memberIndex, customerId, phone, recipientId }) => ({
        id: messageId(run.month, {
          runId: run.runId,
          customerId,
          entryKey: '1',
          actionId: 1,
          pass: 1,
          leg: 0,
        }),
        member_index: memberIndex,
        state: 'submitting',
        attempts: 1,
        claim_token: token,
        to_number: phone,
        recipient_id: recipientId,
        content: { text: 'Hi' },
        ended_at: null,
      })),
    );
  });

  it('sets when others may look and until when a receipt is awaited', async () => {
    const run = await launchRun(database.pool);
    await claim(run, { claimGraceMs: 60_000, receiptDeadlineMs: 7_200_000 });
    for (const row of await ledgerOf(run)) {
      const claimedAt = row.claimed_at?.getTime() ?? 0;
      expect(Math.abs((row.look_at?.getTime() ?? 0) - claimedAt - 60_000)).toBeLessThan(50);
      expect(Math.abs((row.receipt_due_at?.getTime() ?? 0) - claimedAt - 7_200_000)).toBeLessThan(50);
    }
  });

  it('takes nothing that is claimed already', async () => {
    const run = await launchRun(database.pool);
    const first = await claim(run);
    const second = await claim(run);
    expect(second).toMatchObject({ claimed: [], refused: [], duplicateNumbers: [] });
    expect((await ledgerOf(run)).map((row) => row.claim_token)).toEqual(run.members.map(() => first.token));
  });

  it('writes and answers in the order of the numbers, however they were offered', async () => {
    const run = await launchRun(database.pool, { customers: consentingCustomers(12) });
    const order = (ids: readonly string[]): readonly string[] =>
      [...ids].sort((a, b) => Number(BigInt(a) - BigInt(b)));
    const recipientOf = new Map(
      run.members.map(({ memberIndex, recipientId }) => [memberIndex, recipientId]),
    );
    const { claimed } = await claim(run, {}, [...run.members].reverse());
    const answered = claimed.map(({ memberIndex }) => recipientOf.get(memberIndex) ?? '');
    expect(answered).toEqual(order([...recipientOf.values()]));
    const { rows } = await database.pool.query<{ recipient_id: string }>(
      'SELECT recipient_id FROM message WHERE run_id = $1 ORDER BY ctid',
      [run.runId],
    );
    expect(rows.map((row) => row.recipient_id)).toEqual(answered);
  });

  it('is one of several at the same time: every message is claimed once', async () => {
    const run = await launchRun(database.pool, { customers: consentingCustomers(20) });
    const claims = await Promise.all(Array.from({ length: 8 }, () => claim(run)));
    const ids = claims.flatMap(({ claimed }) => claimed.map(({ id }) => id));
    expect(ids).toHaveLength(20);
    expect(new Set(ids).size).toBe(20);
  });

  it('gives another pass and another leg messages of their own', async () => {
    const run = await launchRun(database.pool);
    const claims = [await claim(run, { fallsBack: true }), await claim(run, { pass: 2 })];
    await database.pool.query('UPDATE message SET fallback_at = now() WHERE run_id = $1 AND pass = 1', [
      run.runId,
    ]);
    claims.push(await claim(run, { leg: 1 }));
    expect(claims.map(({ claimed }) => claimed.length)).toEqual([3, 3, 3]);
    expect(await ledgerOf(run)).toHaveLength(9);
  });

  it('takes a message that waits again, under a new token, as the attempt after', async () => {
    const run = await launchRun(database.pool);
    const first = await claim(run);
    await record(
      run,
      first.token,
      first.claimed.map(({ id }) => unsent(id)),
    );
    const second = await claim(run);
    expect(second.claimed.map(({ id }) => id).sort()).toEqual(first.claimed.map(({ id }) => id).sort());
    expect(second.token).not.toBe(first.token);
    for (const row of await ledgerOf(run)) {
      expect(row).toMatchObject({
        state: 'submitting',
        attempts: 2,
        claim_token: second.token,
        retry_at: null,
      });
    }
  });

  it('keeps in the ledger what is called: the text of the attempt that is under way', async () => {
    const run = await launchRun(database.pool);
    const first = await claim(run);
    await record(
      run,
      first.token,
      first.claimed.map(({ id }) => unsent(id)),
    );
    const second = await claimMessages(database.pool, claimScope(run), candidatesOf(run, 'A new text'), {
      token: randomUUID(),
    });
    expect(second.claimed.map(({ content }) => content.text)).toEqual(run.members.map(() => 'A new text'));
    expect((await ledgerOf(run)).map((row) => row.content?.text)).toEqual(
      run.members.map(() => 'A new text'),
    );
  });
});

describe('a household on one number', () => {
  it('gets the message once; the others are told why they get none', async () => {
    const phone = newPhone();
    const run = await launchRun(database.pool, {
      customers: [...consentingCustomers(3, { phone }), ...consentingCustomers(1)],
    });
    const { claimed, duplicateNumbers, refused } = await claim(run);
    expect([claimed.length, duplicateNumbers.length, refused.length]).toEqual([2, 2, 0]);
    expect(claimed.filter(({ to }) => to === phone)).toHaveLength(1);
    expect([...claimed.map(({ memberIndex }) => memberIndex), ...duplicateNumbers].sort()).toEqual([
      0, 1, 2, 3,
    ]);
  });

  it('gets the next message of the scenario too', async () => {
    const phone = newPhone();
    const run = await launchRun(database.pool, { customers: consentingCustomers(2, { phone }) });
    await claim(run);
    expect((await claim(run, { actionId: 2 })).claimed).toHaveLength(1);
  });

  it('gets the message of another run', async () => {
    const phone = newPhone();
    for (let i = 0; i < 2; i += 1) {
      const run = await launchRun(database.pool, { customers: consentingCustomers(2, { phone }) });
      expect((await claim(run)).claimed).toHaveLength(1);
    }
  });
});
