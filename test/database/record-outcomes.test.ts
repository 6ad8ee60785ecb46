import { randomUUID } from 'node:crypto';
import { foldPendingReceipts } from '../../database/fold-receipts.ts';
import { recordOutcomes } from '../../database/record-outcomes.ts';
import { releaseClaim } from '../../database/release-claim.ts';
import { claimScope, launchRun, type LaunchedRun } from '../support/launched-run.ts';
import {
  accepted,
  callOf,
  claim,
  eventsOf,
  inDoubt,
  ledgerOf,
  messageOf,
  receiptOf,
  receive,
  record,
  RECORD_SCOPE,
  rejected,
  unsent,
} from '../support/ledger.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

/** Three messages under one claim. */
async function claimedRun(): Promise<{
  run: LaunchedRun;
  token: string;
  ids: readonly [string, string, string];
}> {
  const run = await launchRun(database.pool);
  const { token, claimed } = await claim(run);
  const [a = '', b = '', c = ''] = [...claimed]
    .sort((x, y) => x.memberIndex - y.memberIndex)
    .map(({ id }) => id);
  return { run, token, ids: [a, b, c] };
}

const fold = (): Promise<unknown> =>
  foldPendingReceipts(database.pool, { limit: 100, receiptSlackMs: 300_000 });

/** From one instant of a row to another, in seconds. */
const seconds = (from: Date | null | undefined, to: Date | null | undefined): number =>
  Math.round(((to?.getTime() ?? Number.NaN) - (from?.getTime() ?? Number.NaN)) / 100) / 10;

describe('the outcome of a call', () => {
  it('"accepted" is recorded with the id of the provider and one event', async () => {
    const { run, token, ids } = await claimedRun();
    expect(await record(run, token, ids.map(accepted))).toEqual(new Set(ids));
    for (const row of await ledgerOf(run)) {
      expect(row).toMatchObject({
        state: 'accepted',
        provider_message_id: `provider-${row.id}`,
        claim_token: null,
        ended_at: null,
        retry_at: null,
      });
      expect(row.accepted_at).toBeInstanceOf(Date);
      expect(seconds(row.claimed_at, row.look_at)).toBe(60);
    }
    expect((await eventsOf(run)).map(({ message_id, status }) => [message_id, status]).sort()).toEqual(
      [...ids].sort().map((id) => [id, 'enqueued']),
    );
  });

  it('"duplicate id" counts as accepted: the provider had it already', async () => {
    const { run, token, ids } = await claimedRun();
    await record(run, token, [{ kind: 'duplicate_id', messageId: ids[0] }]);
    expect(await messageOf(database.pool, ids[0])).toMatchObject({
      state: 'accepted',
      provider_message_id: null,
    });
    expect(await eventsOf(run)).toMatchObject([{ message_id: ids[0], status: 'enqueued' }]);
  });

  it('"rejected" ends the message, and its event says why', async () => {
    const { run, token, ids } = await claimedRun();
    await record(run, token, [rejected(ids[0])]);
    const row = await messageOf(database.pool, ids[0]);
    expect(row).toMatchObject({
      state: 'rejected',
      status_code: '400',
      error: 'Bad sender.',
      error_class: 'account',
      look_at: null,
      claim_token: null,
    });
    expect(row.ended_at).toBeInstanceOf(Date);
    expect(await eventsOf(run)).toMatchObject([
      { message_id: ids[0], status: 'enqueue_failed', status_code: '400', error: 'Bad sender.' },
    ]);
  });

  it('"unknown" keeps the claim and is looked up a while after it; no event says more than is known', async () => {
    const { run, token, ids } = await claimedRun();
    await record(run, token, [inDoubt(ids[0])]);
    const row = await messageOf(database.pool, ids[0]);
    expect(row).toMatchObject({
      state: 'unknown',
      claim_token: token,
      ended_at: null,
      status_code: 'timeout',
    });
    expect(seconds(row.claimed_at, row.look_at)).toBe(RECORD_SCOPE.firstLookUpMs / 1_000);
    expect(await eventsOf(run)).toEqual([]);
  });

  it('"unsent" lets the message wait as long as the provider asks for', async () => {
    const { run, token, ids } = await claimedRun();
    const before = new Date();
    await record(run, token, [unsent(ids[0], 42_000)]);
    const row = await messageOf(database.pool, ids[0]);
    expect(row).toMatchObject({ state: 'queued', claim_token: null, ended_at: null });
    expect(Math.abs(seconds(before, row.retry_at) - 42)).toBeLessThan(5);
    expect(row.look_at).toEqual(row.stale_at);
    expect(await eventsOf(run)).toEqual([]);
  });

  it('"unsent" lets the message wait longer with every attempt, as long as the last pause at most', async () => {
    const run = await launchRun(database.pool);
    const pauses: number[] = [];
    for (let attempt = 1; attempt <= 4; attempt += 1) {
      const { token, claimed } = await claim(run);
      const before = new Date();
      await record(
        run,
        token,
        claimed.map(({ id }) => unsent(id)),
        { retryMs: [10_000, 50_000, 200_000] },
      );
      const [row] = await ledgerOf(run);
      pauses.push(Math.round(seconds(before, row?.retry_at) / 10));
    }
    expect(pauses).toEqual([1, 5, 20, 20]);
  });

  it('"unsent" leaves a repeated message in doubt: the first attempt may have left', async () => {
    const { run, token, ids } = await claimedRun();
    await record(run, token, [unsent(ids[0])], { unsentState: 'unknown' });
    expect(await messageOf(database.pool, ids[0])).toMatchObject({ state: 'unknown', retry_at: null });
  });

  it('is written down as one submission for all messages of the call', async () => {
    const { run, token, ids } = await claimedRun();
    await record(run, token, [accepted(ids[0]), rejected(ids[1]), accepted(ids[2])]);
    const { rows } = await database.pool.query('SELECT * FROM submission WHERE claim_token = $1', [token]);
    expect(rows).toMatchObject([
      {
        message_ids: ids,
        outcome: 'accepted,rejected',
        status_code: '400',
        error: 'Bad sender.',
        duration_ms: 13,
      },
    ]);
  });
});

describe('the outcome of a call whose commit was not heard of', () => {
  it('is written again without a complaint, and only once', async () => {
    const { run, token, ids } = await claimedRun();
    const call = callOf(token, ids.map(accepted), run);
    const scope = { ...RECORD_SCOPE, month: run.month };
    await recordOutcomes(database.pool, scope, [call]);
    await recordOutcomes(database.pool, scope, [call]);
    const { rows } = await database.pool.query('SELECT id FROM submission WHERE claim_token = $1', [token]);
    expect(rows).toEqual([{ id: call.submissionId }]);
    expect((await ledgerOf(run)).map((row) => row.state)).toEqual(['accepted', 'accepted', 'accepted']);
    expect(await eventsOf(run)).toHaveLength(3);
  });
});

describe('the outcome of a call whose claim is lost', () => {
  it('changes nothing', async () => {
    const { run, ids } = await claimedRun();
    expect(
      await record(
        run,
        randomUUID(),
        ids.map((id) => rejected(id)),
      ),
    ).toEqual(new Set());
    expect((await ledgerOf(run)).map((row) => row.state)).toEqual(['submitting', 'submitting', 'submitting']);
    expect(await eventsOf(run)).toEqual([]);
  });

  it('is not recorded twice', async () => {
    const { run, token, ids } = await claimedRun();
    await record(run, token, [accepted(ids[0])]);
    expect(await record(run, token, [rejected(ids[0])])).toEqual(new Set());
    expect(await messageOf(database.pool, ids[0])).toMatchObject({ state: 'accepted' });
    expect(await eventsOf(run)).toHaveLength(1);
  });

  it('still counts after the sweep, while nobody else has claimed: its holder knows best', async () => {
    const { run, token, ids } = await claimedRun();
    await database.pool.query(`UPDATE message SET state = 'unknown' WHERE run_id = $1`, [run.runId]);
    await record(run, token, [accepted(ids[0]), rejected(ids[1]), unsent(ids[2])]);
    expect((await ledgerOf(run)).map((row) => row.state)).toEqual(['accepted', 'rejected', 'unknown']);
  });

  it('still counts when the message was given up meanwhile: nobody need decide about what is known', async () => {
    const { run, token, ids } = await claimedRun();
    await database.pool.query(
      `UPDATE message SET state = 'unresolved', ended_at = now(), look_at = NULL WHERE run_id = $1`,
      [run.runId],
    );
    await record(run, token, [accepted(ids[0]), rejected(ids[1]), inDoubt(ids[2])]);
    const soon = expect.any(Date) as Date;
    expect(await ledgerOf(run)).toMatchObject([
      { state: 'accepted', ended_at: null, look_at: soon },
      { state: 'rejected', ended_at: soon, look_at: null },
      { state: 'unresolved', ended_at: soon, look_at: null },
    ]);
  });
});

describe('a receipt of a message whose call was refused', () => {
  it('proves the submission, and the refusal stays tracked beside it', async () => {
    const { run, token, ids } = await claimedRun();
    await record(run, token, [rejected(ids[0])]);
    await receive(run, receiptOf(ids[0], 'delivered'));
    await fold();
    expect(await messageOf(database.pool, ids[0])).toMatchObject({ state: 'delivered' });
    const events = (await eventsOf(run)).map(({ status }) => status).sort();
    expect(events).toEqual(['delivered', 'enqueue_failed', 'enqueued']);
  });
});

describe('a receipt that is faster than the answer to the call', () => {
  it.each([
    ['accepted', accepted, []],
    ['unknown', inDoubt, []],
    ['rejected', rejected, ['enqueue_failed']],
    ['unsent', unsent, []],
  ] as const)(
    'keeps the state that it gave when the answer says "%s", and there is one event of the submission',
    async (_, outcome, more) => {
      const { run, token, ids } = await claimedRun();
      await receive(run, receiptOf(ids[0], 'delivered'));
      await fold();
      await record(run, token, [outcome(ids[0])]);
      expect(await messageOf(database.pool, ids[0])).toMatchObject({
        state: 'delivered',
        retry_at: null,
        look_at: null,
      });
      const events = (await eventsOf(run)).map(({ status }) => status).sort();
      expect(events).toEqual(['delivered', ...more, 'enqueued']);
    },
  );

  it('leaves the id of the provider to the answer', async () => {
    const { run, token, ids } = await claimedRun();
    await receive(run, receiptOf(ids[0], 'accepted', { providerMessageId: null }));
    await fold();
    await record(run, token, [accepted(ids[0])]);
    expect(await messageOf(database.pool, ids[0])).toMatchObject({
      provider_message_id: `provider-${ids[0]}`,
    });
  });
});

describe('a claim that is given back', () => {
  it('lets its messages be claimed at once, and nobody else’s', async () => {
    const [mine, other] = [await claimedRun(), await claimedRun()];
    await record(mine.run, mine.token, [accepted(mine.ids[0])]);
    await releaseClaim(database.pool, claimScope(mine.run), mine.token);
    expect((await ledgerOf(mine.run)).map(({ state, claim_token: token }) => [state, token])).toEqual([
      ['accepted', null],
      ['queued', null],
      ['queued', null],
    ]);
    expect((await ledgerOf(other.run)).map((row) => row.state)).toEqual([
      'submitting',
      'submitting',
      'submitting',
    ]);
    expect((await claim(mine.run)).claimed.map(({ id }) => id).sort()).toEqual(
      [mine.ids[1], mine.ids[2]].sort(),
    );
  });
});
