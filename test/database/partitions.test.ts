import { randomUUID } from 'node:crypto';
import { messageId } from '../../database/ids.ts';
import { monthOf } from '../../domain/identity.ts';
import { consentingCustomers, launchRun, newPhone, type LaunchedRun } from '../support/launched-run.ts';
import { acceptedMessages, claim, ledgerOf, receiptOf, receive } from '../support/ledger.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
  await database.pool.query(`SELECT ensure_partitions((now() - interval '2 months')::date, 6)`);
});
afterAll(() => database.drop());

const now = new Date();
/** The last and the first instant of two months that touch. */
const BEFORE = Date.UTC(now.getUTCFullYear(), now.getUTCMonth()) - 1;
const AFTER = BEFORE + 1;

/** Gives every instant of the run's messages another month, as if they had been claimed in it. */
async function moveClaims(run: LaunchedRun, instant: number): Promise<void> {
  await database.pool.query(
    `UPDATE message SET created_at = to_timestamp($2), claimed_at = to_timestamp($2) WHERE run_id = $1`,
    [run.runId, instant / 1_000],
  );
}

/** Copies a row of the ledger with what differs. @returns how PostgreSQL refuses it */
async function refusalOfCopy(run: LaunchedRun, changes: Record<string, unknown>): Promise<unknown> {
  const [row] = await ledgerOf(run);
  try {
    await database.pool.query(
      `INSERT INTO message SELECT * FROM jsonb_populate_record(
         (SELECT message FROM message WHERE id = $1), $2::jsonb)`,
      [row?.id, JSON.stringify(changes)],
    );
    return undefined;
  } catch (error) {
    return (error as { code?: unknown }).code;
  }
}

const UNIQUE_VIOLATION = '23505';

/** Partitions that hold rows of a query's tables. */
async function partitionsOf(table: string, where: string, value: string): Promise<readonly string[]> {
  const { rows } = await database.pool.query<{ name: string }>(
    `SELECT DISTINCT tableoid::regclass::text AS name FROM ${table} WHERE ${where} ORDER BY 1`,
    [value],
  );
  return rows.map(({ name }) => name);
}

it('the partitions of the ledger leave half of each page for what comes of a call', async () => {
  const { rows } = await database.pool.query<{ name: string; options: readonly string[] | null }>(
    `SELECT relname AS name, reloptions AS options FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
     WHERE inhparent = 'message'::regclass`,
  );
  expect(rows.length).toBeGreaterThan(5);
  expect(rows.filter(({ options }) => !options?.includes('fillfactor=45'))).toEqual([]);
});

describe("a message's key across the boundary of a month", () => {
  it('is taken: who was claimed in the last instant of a month is not claimed again in the next', async () => {
    const run = await launchRun(database.pool);
    expect((await claim(run)).claimed).toHaveLength(3);
    await moveClaims(run, BEFORE);
    expect((await claim(run, { staleAfter: AFTER + 3_600_000 })).claimed).toEqual([]);
    expect(await ledgerOf(run)).toHaveLength(3);
  });

  it("lies in the partition of the entry's admission, whenever the claim is made", async () => {
    const run = await launchRun(database.pool);
    await claim(run);
    const partition = `message_${monthOf(Date.now())}`;
    expect(await partitionsOf('message', 'run_id = $1', run.runId)).toEqual([partition]);
    await moveClaims(run, BEFORE);
    expect(await partitionsOf('message', 'run_id = $1', run.runId)).toEqual([partition]);
    for (const { id } of await ledgerOf(run)) expect(id.slice(0, 6)).toBe(String(run.month));
  });

  it('is refused by the database itself on either side, whatever the rest of the row says', async () => {
    const run = await launchRun(database.pool);
    await claim(run);
    for (const instant of [BEFORE, AFTER]) {
      const at = new Date(instant).toISOString();
      const times = { created_at: at, claimed_at: at, accepted_at: at };
      // The id; the entry's dedupe key under another id; the number key of another entry.
      expect(await refusalOfCopy(run, times)).toBe(UNIQUE_VIOLATION);
      const id = messageId(run.month, {
        runId: run.runId,
        customerId: randomUUID(),
        entryKey: '1',
        actionId: 1,
        pass: 1,
        leg: 0,
      });
      expect(await refusalOfCopy(run, { ...times, id, recipient_id: 999_999_999 })).toBe(UNIQUE_VIOLATION);
      expect(await refusalOfCopy(run, { ...times, id, member_index: 999 })).toBe(UNIQUE_VIOLATION);
    }
    expect(await ledgerOf(run)).toHaveLength(3);
  });

  it('and a household gets one message, though its second member is claimed in the next month', async () => {
    const phone = newPhone();
    const run = await launchRun(database.pool, { customers: consentingCustomers(2, { phone }) });
    expect((await claim(run, {}, run.members.slice(0, 1))).claimed).toHaveLength(1);
    await moveClaims(run, BEFORE);
    const second = await claim(run, {}, run.members.slice(1));
    expect([second.claimed, second.duplicateNumbers]).toEqual([[], [1]]);
  });
});

describe("a report's key", () => {
  it.each([
    ['last instant of a month', BEFORE],
    ['first instant of a month', AFTER],
  ])("of the %s lies in the provider's month and is refused twice, whenever it comes", async (_name, at) => {
    const run = await launchRun(database.pool);
    const [id = ''] = await acceptedMessages(run);
    const report = receiptOf(id, 'delivered', { at });
    expect(await receive(run, report)).toBe(1);
    expect(await partitionsOf('receipt', 'message_id = $1', id)).toEqual([`receipt_${monthOf(at)}`]);
    for (const received of [BEFORE, AFTER]) {
      await database.pool.query(
        'UPDATE receipt SET received_at = to_timestamp($2), folded_at = to_timestamp($2) WHERE message_id = $1',
        [id, received / 1_000],
      );
      expect(await receive(run, report)).toBe(0);
    }
    const insert = database.pool.query(
      `INSERT INTO receipt (month, integration_id, event_key, message_id, state, at, status_code, error, channel)
       SELECT month, integration_id, event_key, message_id, 'failed', now(), '4', '', 'mms'
       FROM receipt WHERE message_id = $1`,
      [id],
    );
    await expect(insert).rejects.toMatchObject({ code: UNIQUE_VIOLATION });
  });
});

describe('every partitioned table', () => {
  it('has the month in all its keys, and none is parted by a time of its rows', async () => {
    const { rows } = await database.pool.query<{ name: string; parted: string; keys: string[] }>(
      `SELECT relname AS name, pg_get_partkeydef(pg_class.oid) AS parted,
         array_agg(pg_get_indexdef(indexrelid) ORDER BY indexrelid) AS keys
       FROM pg_class JOIN pg_partitioned_table ON partrelid = pg_class.oid
         JOIN pg_index ON indrelid = pg_class.oid AND indisunique
       GROUP BY pg_class.oid ORDER BY relname`,
    );
    expect(rows.map(({ name }) => name)).toEqual([
      'campaign_event',
      'entry',
      'inbound_message',
      'message',
      'provider_reference',
      'receipt',
      'submission',
      'trace',
    ]);
    for (const { parted, keys } of rows) {
      expect(parted).toBe('RANGE (month)');
      for (const key of keys) expect(key).toMatch(/\bmonth\b/);
    }
  });
});
