import { foldPendingReceipts } from '../../database/fold-receipts.ts';
import { armHint, closeHints, markHints, takeDueHints, type DueHint } from '../../database/hints.ts';
import type { Connection } from '../../database/pool.ts';
import { readLedger } from '../../database/read-ledger.ts';
import { inTransaction } from '../../database/transaction.ts';
import { consentingCustomers, launchRun, type LaunchedRun } from '../support/launched-run.ts';
import { acceptedMessages, receiptOf, receive } from '../support/ledger.ts';
import { eventually } from '../support/eventually.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';

const LEASE_MS = 15_000;
const LAST_MS = 60_000;

let database: TestDatabase;
let run: LaunchedRun;
let ids: readonly [string, string, string];

beforeAll(async () => {
  database = await createTestDatabase(5);
});
beforeEach(async () => {
  await database.pool.query('DELETE FROM hint');
  run = await launchRun(database.pool, { customers: consentingCustomers(3) });
  const [a = '', b = '', c = ''] = await acceptedMessages(run);
  ids = [a, b, c];
});
afterAll(() => database.drop());

const arm = (early: boolean, firstMs = 1_000): Promise<void> =>
  armHint(database.pool, { ...run.cohort, actionId: 1, pass: 1, nodeId: 'send', early, firstMs });

async function deliver(...messageIds: readonly string[]): Promise<void> {
  await receive(run, ...messageIds.map((id) => receiptOf(id, 'delivered')));
  await foldPendingReceipts(database.pool, { limit: 100, receiptSlackMs: 0 });
}

const take = (): Promise<readonly DueHint[]> => takeDueHints(database.pool, 10, LEASE_MS);
const close = (hints: readonly DueHint[]): Promise<void> => closeHints(database.pool, hints, LAST_MS);
/** Lets the hint's time come. */
const elapse = (): Promise<unknown> => database.pool.query('UPDATE hint SET due_at = now()');

interface HintRow {
  readonly dirty: boolean;
  readonly marks: number;
  readonly interval_ms: number;
  readonly wait_ms: number;
}

async function hintRows(): Promise<readonly HintRow[]> {
  const { rows } = await database.pool.query<HintRow>(
    `SELECT dirty, marks, interval_ms, round(extract(epoch FROM due_at - clock_timestamp()) * 1000)::int AS wait_ms FROM hint`,
  );
  return rows;
}

describe('a cohort that awaits receipts', () => {
  it('is told nothing while nothing has ended', async () => {
    await arm(true);
    await elapse();
    expect(await take()).toEqual([]);
  });

  it('is told at once when the last message has ended, even if it wants to hear nothing before', async () => {
    await arm(false);
    await deliver(ids[0], ids[1]);
    await elapse();
    expect(await take()).toEqual([]);
    await deliver(ids[2]);
    const [hint, ...others] = await take();
    expect(others).toEqual([]);
    expect(hint).toMatchObject({
      cohortId: run.cohort.cohortId,
      actionId: 1,
      pass: 1,
      nodeId: 'send',
      workflowId: `cohort/test/${run.runId}/0001`,
      size: 3,
      complete: true,
      states: { delivered: 3 },
    });
    expect(hint?.ended.toSorted()).toEqual([0, 1, 2]);
  });

  it('that wants to hear early is told what has ended so far, once the interval is over', async () => {
    await arm(true);
    await deliver(ids[1]);
    expect(await take()).toEqual([]);
    await elapse();
    expect(await take()).toMatchObject([
      { complete: false, ended: [1], states: { accepted: 2, delivered: 1 } },
    ]);
  });

  it('is told again by somebody else when whoever told it has died', async () => {
    await arm(true);
    await deliver(...ids);
    expect(await take()).toHaveLength(1);
    expect(await take()).toEqual([]);
    expect((await hintRows())[0]?.wait_ms).toBeGreaterThan(LEASE_MS - 2_000);
    await elapse();
    expect(await take()).toHaveLength(1);
  });

  it('needs no more hints once all is told', async () => {
    await arm(true);
    await deliver(...ids);
    await close(await take());
    expect(await hintRows()).toEqual([]);
  });

  it('is told less and less often while receipts drip in', async () => {
    await arm(true);
    const waits: number[] = [];
    for (const id of ids.slice(0, 2)) {
      await deliver(id);
      await elapse();
      await close(await take());
      const [row] = await hintRows();
      expect(row).toMatchObject({ dirty: false });
      waits.push(row?.interval_ms ?? 0);
    }
    expect(waits).toEqual([2_000, 4_000]);
    await closeHints(database.pool, [{ ...(await hintOf()), complete: false }], 5_000);
    expect((await hintRows())[0]?.interval_ms).toBe(5_000);
  });

  it('is told what ended while a hint was under way', async () => {
    await arm(true);
    await deliver(ids[0]);
    await elapse();
    const underWay = await take();
    await deliver(ids[1]);
    await close(underWay);
    expect(await hintRows()).toMatchObject([{ dirty: true }]);
    await elapse();
    expect((await take())[0]?.ended.toSorted()).toEqual([0, 1]);
  });

  it('is not forgotten when a message begins while the last hint is under way', async () => {
    await arm(true);
    await deliver(...ids);
    const underWay = await take();
    // A second offer of the same visit asks for hints again.
    await arm(true);
    await close(underWay);
    expect(await hintRows()).toMatchObject([{ dirty: true }]);
    expect(await take()).toHaveLength(1);
  });

  it('misses nothing of a transaction that ends messages while it asks for hints', async () => {
    const { month, cohortId } = run.cohort;
    const scope = { month, cohortId, actionId: 1, pass: 1, leg: 0 };
    let asked: Promise<readonly string[]> | undefined;
    await inTransaction(database.pool, async (connection) => {
      await connection.query(`UPDATE message SET state = 'delivered', ended_at = now() WHERE id = ANY ($1)`, [
        ids,
      ]);
      await markHints(connection, [{ month, cohort_id: cohortId, action_id: 1, pass: 1 }]);
      asked = arm(true).then(async () => {
        const rows = await readLedger(database.pool, scope, [0, 1, 2], true);
        return rows.map(({ state }) => state);
      });
      await Promise.race([asked, eventually(isSomebodyWaiting)]);
    });
    expect(await asked).toEqual(['delivered', 'delivered', 'delivered']);
  });

  it('is told when its last two messages end in two transactions at the same moment', async () => {
    await arm(false);
    await deliver(ids[0]);
    const end = async (connection: Connection, id: string): Promise<void> => {
      await connection.query(`UPDATE message SET state = 'delivered', ended_at = now() WHERE id = $1`, [id]);
      const { month, cohortId } = run.cohort;
      await markHints(connection, [{ month, cohort_id: cohortId, action_id: 1, pass: 1 }]);
    };
    let second: Promise<void> | undefined;
    await inTransaction(database.pool, async (connection) => {
      await end(connection, ids[1]);
      second = inTransaction(database.pool, (other) => end(other, ids[2]));
      // Neither sees what the other one has not committed yet.
      await Promise.race([second, eventually(isSomebodyWaiting)]);
    });
    await second;
    expect(await take()).toMatchObject([{ complete: true }]);
  });
});

async function hintOf(): Promise<DueHint> {
  await database.pool.query('UPDATE hint SET dirty = true, due_at = now()');
  const [hint] = await take();
  if (!hint) throw new Error('There is no hint.');
  return hint;
}

/** Whether a session waits for a lock that another one holds. */
async function isSomebodyWaiting(): Promise<true | undefined> {
  const { rows } = await database.pool.query<{ waiting: boolean }>(
    `SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock') AS waiting`,
  );
  return rows[0]?.waiting ? true : undefined;
}
