import { eraseCustomer } from '../../database/customers/erase-customer.ts';
import { importCustomers } from '../../database/customers/import-customers.ts';
import { finishCohort } from '../../database/finish-cohort.ts';
import type { CustomerRecord } from '../../domain/customer-record.ts';
import {
  consentingCustomers,
  GRANTED,
  launchRun,
  newPhone,
  PHONE_KEY,
  type LaunchedRun,
} from '../support/launched-run.ts';
import { claim, ledgerOf } from '../support/ledger.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

/** Changes the first member between the moment at which the run read its members and the claim. */
function change(run: LaunchedRun, record: Partial<CustomerRecord>): Promise<unknown> {
  const externalId = run.members[0]?.externalId ?? '';
  const records = [{ externalId, attributes: {}, consents: {}, ...record }];
  return importCustomers(run.pool, { projectId: run.projectId, phoneKey: PHONE_KEY, records });
}

describe('the gate inside the claim', () => {
  it.each<[string, string, Partial<CustomerRecord>]>([
    ['no consent', 'no_consent', { consents: {} }],
    ['an unproven consent', 'consent_unproven', { consents: { marketing: { ...GRANTED, source: null } } }],
    ['a revoked consent', 'consent_revoked', { consents: { marketing: { ...GRANTED, granted: false } } }],
    ['no number', 'no_number', { phone: null }],
    ['an invalid number', 'invalid_number', { phone: '12' }],
    ['a number of another country', 'country_not_served', { phone: '+442079460958' }],
  ])('keeps a customer with %s in', async (_, reason, more) => {
    const run = await launchRun(database.pool, { customers: consentingCustomers(1, more) });
    const { claimed, refused } = await claim(run);
    expect(claimed).toEqual([]);
    expect(refused).toEqual([{ memberIndex: 0, verdict: { kind: 'suppress', reason } }]);
    expect(await ledgerOf(run)).toEqual([]);
  });

  it('refuses everybody whose cohort has finished: the attempt is one of the past', async () => {
    const run = await launchRun(database.pool);
    await finishCohort(database.pool, run.cohort);
    expect(await claim(run)).toMatchObject({ claimed: [], refused: [], halted: 'cancelled' });
    expect(await ledgerOf(run)).toEqual([]);
  });

  it('refuses who opted out after the members were read', async () => {
    const run = await launchRun(database.pool);
    await database.pool.query('UPDATE recipient SET opted_out_at = now() WHERE id = $1', [
      run.members[0]?.recipientId,
    ]);
    const { claimed, refused } = await claim(run);
    expect(refused).toEqual([{ memberIndex: 0, verdict: { kind: 'suppress', reason: 'opted_out' } }]);
    expect(claimed.map(({ memberIndex }) => memberIndex).sort()).toEqual([1, 2]);
  });

  it('refuses who revoked the consent after the members were read', async () => {
    const run = await launchRun(database.pool);
    await change(run, { consents: { marketing: { ...GRANTED, granted: false, saidAt: null } } });
    expect((await claim(run)).refused).toMatchObject([
      { memberIndex: 0, verdict: { reason: 'consent_revoked' } },
    ]);
  });

  it('refuses who was erased after the members were read', async () => {
    const run = await launchRun(database.pool);
    await eraseCustomer(database.pool, run.projectId, run.members[0]?.customerId ?? '');
    expect((await claim(run)).refused).toMatchObject([
      { memberIndex: 0, verdict: { reason: 'customer_deleted' } },
    ]);
  });

  it('passes over who has another number now: neither number is written to', async () => {
    const run = await launchRun(database.pool);
    await change(run, { phone: newPhone(), consents: { marketing: { ...GRANTED, saidAt: Date.now() } } });
    const { claimed, refused, duplicateNumbers } = await claim(run);
    expect(claimed.map(({ memberIndex }) => memberIndex).sort()).toEqual([1, 2]);
    expect([refused, duplicateNumbers]).toEqual([[], []]);
    expect(await ledgerOf(run)).toHaveLength(2);
  });

  it('refuses a new number that the consent was not given for', async () => {
    const run = await launchRun(database.pool);
    await change(run, { phone: newPhone() });
    expect((await claim(run)).refused).toMatchObject([
      { memberIndex: 0, verdict: { reason: 'consent_other_number' } },
    ]);
  });

  it('refuses what has become stale', async () => {
    const run = await launchRun(database.pool);
    const { claimed, refused } = await claim(run, { staleAfter: Date.now() - 60_000 });
    expect([claimed.length, refused.length]).toEqual([0, 3]);
    expect(refused[0]?.verdict).toEqual({ kind: 'suppress', reason: 'stale' });
  });

  it('lets a transactional message to an opted-out number pass', async () => {
    const run = await launchRun(database.pool);
    await database.pool.query('UPDATE recipient SET opted_out_at = now() WHERE id = $1', [
      run.members[0]?.recipientId,
    ]);
    const scope = {
      categoryId: run.categoryIds['transactional'] ?? '',
      consentClass: 'transactional',
    } as const;
    expect((await claim(run, scope)).claimed).toHaveLength(3);
  });

  it.each(['account', 'project', 'sender', 'integration', 'category'] as const)(
    'puts everything off that a hold on the %s concerns, and nothing once it is lifted',
    async (scope) => {
      const run = await launchRun(database.pool);
      const { rows } = await database.pool.query<{ account_id: string }>('SELECT account_id FROM project');
      const targets = {
        account: rows[0]?.account_id,
        project: run.projectId,
        sender: run.senderId,
        integration: run.integrationId,
        category: run.categoryIds['marketing'],
      };
      const hold = [scope, targets[scope]];
      await database.pool.query(
        `INSERT INTO hold (scope, target_id, reason, actor) VALUES ($1, $2, 'wrong prices', 'ann')`,
        hold,
      );
      const { claimed, refused } = await claim(run, { recheckMs: 5_000 });
      expect(claimed).toEqual([]);
      expect(refused).toMatchObject(run.members.map(() => ({ verdict: { kind: 'defer', reason: 'held' } })));
      await database.pool.query('DELETE FROM hold WHERE scope = $1 AND target_id = $2', hold);
      expect((await claim(run)).claimed).toHaveLength(3);
    },
  );
});

describe('the state of the run', () => {
  it.each([
    ['paused', 'paused'],
    ['cancelled', 'cancelled'],
    ['failed', 'cancelled'],
    ['finished', 'cancelled'],
    ['requested', 'cancelled'],
  ] as const)('"%s" stops every claim', async (state, halted) => {
    const run = await launchRun(database.pool, { state });
    expect(await claim(run)).toMatchObject({ halted, claimed: [], refused: [], duplicateNumbers: [] });
    expect(await ledgerOf(run)).toEqual([]);
  });

  it.each(['running', 'finishing'] as const)('"%s" stops none', async (state) => {
    const run = await launchRun(database.pool, { state });
    expect((await claim(run)).claimed).toHaveLength(3);
  });

  it('is read anew in every claim: nothing is claimed after the commit of a cancellation', async () => {
    const run = await launchRun(database.pool, { customers: consentingCustomers(40) });
    const claims = run.members.map(async (member, i) => {
      if (i === 10) {
        await database.pool.query(
          `WITH locked AS MATERIALIZED (SELECT pg_advisory_xact_lock(hashtextextended('run ' || $1::text, 0)))
           UPDATE run SET state = 'cancelled', finished_at = clock_timestamp() FROM locked WHERE id = $1::uuid`,
          [run.runId],
        );
        return [];
      }
      return (await claim(run, {}, [member])).claimed;
    });
    await Promise.all(claims);
    const { rows } = await database.pool.query<{ late: string }>(
      `SELECT count(*) AS late FROM message JOIN run ON run.id = message.run_id
       WHERE run_id = $1 AND claimed_at > run.finished_at`,
      [run.runId],
    );
    expect(rows[0]?.late).toBe('0');
    expect((await claim(run)).halted).toBe('cancelled');
  });
});
