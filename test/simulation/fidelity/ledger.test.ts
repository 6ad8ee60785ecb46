import fc from 'fast-check';
import type { Pool } from '../../../database/pool.ts';
import { setBusinessTime } from '../../support/business-time.ts';
import { createTestDatabase, type TestDatabase } from '../../support/test-database.ts';
import { Store } from '../sql/store.ts';
import { IDS, initialRows, insertion, readSchema, seed } from '../world/fixture.ts';
import { immediatePool } from '../world/immediate-pool.ts';
import { anyAction, SETTING, type Action } from './ledger-actions.ts';

const simulated = readSchema();

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
  await database.pool.query(`SELECT ensure_partitions('2026-11-01', 1)`);
});
afterAll(() => database.drop());

/** Tables with what of them can be told without a clock. */
const TOLD: Readonly<Record<string, string>> = {
  message: `SELECT member_index, state, no_receipt, attempts, looks, claim_token, recipient_id, provider_message_id,
      status_code, error, error_class, type, parts, receipt_state, receipt_key, sender, to_number, content,
      ended_at IS NULL AS open, look_at IS NULL AS unowned, retry_at IS NULL AS unqueued,
      accepted_at IS NULL AS untaken, claimed_at IS NULL AS unclaimed FROM message ORDER BY member_index`,
  campaign_event:
    'SELECT id, message_id, status, type, status_code, error, parts FROM campaign_event ORDER BY id',
  receipt: `SELECT event_key, folded_at IS NULL AS pending, fold_at IS NULL AS closed FROM receipt ORDER BY event_key`,
  hint: 'SELECT dirty, early, marks FROM hint',
  submission: 'SELECT id, outcome, status_code, message_ids FROM submission',
  recipient: 'SELECT id, last_failure_code FROM recipient ORDER BY id',
};

async function play(pool: Pool, actions: readonly Action[]): Promise<Readonly<Record<string, unknown>>> {
  const told: Record<string, unknown> = {};
  for (const [i, action] of actions.entries()) told[`${i} ${action.name}`] = await action.run(pool);
  for (const [table, query] of Object.entries(TOLD)) told[table] = (await pool.query(query)).rows;
  return told;
}

async function inPostgres(actions: readonly Action[]): Promise<unknown> {
  const { pool } = database;
  const tables = [...simulated.schema.keys()].filter((name) => name !== 'installation');
  await pool.query(`TRUNCATE ${tables.join(', ')}`);
  const inserts: [string, Readonly<Record<string, unknown>>][] = [];
  seed((table, row) => inserts.push([table, row]), SETTING);
  for (const [table, row] of inserts)
    await pool.query(insertion(table, Object.keys(row)), Object.values(row));
  await setBusinessTime(pool, IDS.project);
  return play(pool, actions);
}

function inSimulation(actions: readonly Action[]): Promise<unknown> {
  return play(immediatePool(new Store(initialRows(simulated, SETTING)), simulated.statements), actions);
}

describe('the statements of the ledger', () => {
  it('do the same in the simulated database as in PostgreSQL', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyAction, { minLength: 5, maxLength: 20, size: 'max' }), async (actions) => {
        expect(await inSimulation(actions)).toEqual(await inPostgres(actions));
      }),
      { numRuns: 60 },
    );
  }, 120_000);
});
