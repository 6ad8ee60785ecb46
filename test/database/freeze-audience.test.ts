import { importCustomers } from '../../database/customers/import-customers.ts';
import { eraseCustomer } from '../../database/customers/erase-customer.ts';
import { COHORT_SIZE, freezeAudience, type FrozenAudience } from '../../database/freeze-audience.ts';
import type { AudienceFilter } from '../../domain/audience-filter.ts';
import { monthOf } from '../../domain/identity.ts';
import { PHONE_KEY, insertRun, seedTestProject } from '../support/launched-run.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';

const ZONES = ['America/New_York', 'America/Chicago', 'America/Denver', 'America/Los_Angeles'];
const LANGUAGES = ['en', 'es'];
const CUSTOMERS = 2_500;

let database: TestDatabase;
let projectId: string;

beforeAll(async () => {
  database = await createTestDatabase(6);
  projectId = await seedTestProject(database.pool);
  await add('old', CUSTOMERS);
});
afterAll(() => database.drop());

async function add(group: string, count: number): Promise<ReadonlyMap<string, string>> {
  const records = Array.from({ length: count }, (_, i) => ({
    externalId: `${group}-${i}`,
    attributes: { group },
    consents: {},
    timezone: ZONES[i % ZONES.length] ?? null,
    language: LANGUAGES[(i >> 2) % LANGUAGES.length] ?? null,
  }));
  return (await importCustomers(database.pool, { projectId, phoneKey: PHONE_KEY, records })).ids;
}

function freeze(runId: string, filter: AudienceFilter | null): Promise<FrozenAudience> {
  return freezeAudience(database.pool, {
    runId,
    projectId,
    month: monthOf(Date.now()),
    filter,
    workflowIdPrefix: `cohort/sale/${runId}/`,
  });
}

interface EntryRow {
  readonly external_id: string;
  readonly number: number;
  readonly member_index: number;
  readonly place: string;
}

async function entriesOf(runId: string): Promise<readonly EntryRow[]> {
  const { rows } = await database.pool.query<EntryRow>(
    `SELECT external_id, cohort.number, member_index, timezone || ' ' || language AS place
     FROM entry JOIN cohort ON cohort.id = entry.cohort_id JOIN customer ON customer.id = entry.customer_id
     WHERE entry.run_id = $1 ORDER BY cohort.number, member_index`,
    [runId],
  );
  return rows;
}

const groupIs = (value: string): AudienceFilter => ({ attribute: 'group', op: 'eq', value });

describe('the audience of a launch', () => {
  it('is parted into cohorts of a thousand, the last one with the rest', async () => {
    const runId = await insertRun(database.pool, projectId);
    expect(await freeze(runId, groupIs('old'))).toEqual({ customers: CUSTOMERS, cohorts: 3 });
    const { rows } = await database.pool.query<{ number: number; size: number; workflow_id: string }>(
      'SELECT number, size, workflow_id FROM cohort WHERE run_id = $1 ORDER BY number',
      [runId],
    );
    expect(rows).toEqual([
      { number: 1, size: COHORT_SIZE, workflow_id: `cohort/sale/${runId}/0001` },
      { number: 2, size: COHORT_SIZE, workflow_id: `cohort/sale/${runId}/0002` },
      { number: 3, size: 500, workflow_id: `cohort/sale/${runId}/0003` },
    ]);
  });

  it('admits everybody once, with an index of their own without a gap', async () => {
    const runId = await insertRun(database.pool, projectId);
    await freeze(runId, groupIs('old'));
    const entries = await entriesOf(runId);
    expect(new Set(entries.map((entry) => entry.external_id)).size).toBe(CUSTOMERS);
    expect(entries.map((entry) => (entry.number - 1) * COHORT_SIZE + entry.member_index)).toEqual(
      Array.from({ length: CUSTOMERS }, (_, i) => i),
    );
  });

  it('keeps timezones and languages together', async () => {
    const runId = await insertRun(database.pool, projectId);
    await freeze(runId, groupIs('old'));
    const places = (await entriesOf(runId)).map((entry) => entry.place);
    const changes = places.filter((place, i) => i > 0 && place !== places[i - 1]).length;
    expect(changes).toBe(ZONES.length * LANGUAGES.length - 1);
  });

  it('is frozen: who comes later is not in it, and asking again answers the same', async () => {
    const runId = await insertRun(database.pool, projectId);
    await add('late', 3);
    const first = await freeze(runId, groupIs('late'));
    await add('late', 5);
    expect(await freeze(runId, groupIs('late'))).toEqual(first);
    expect(first).toEqual({ customers: 3, cohorts: 1 });
    expect(await entriesOf(runId)).toHaveLength(3);
  });

  it('is frozen once, however many ask at the same time', async () => {
    const runId = await insertRun(database.pool, projectId);
    const answers = await Promise.all([1, 2, 3, 4].map(() => freeze(runId, groupIs('old'))));
    expect(answers).toEqual(answers.map(() => ({ customers: CUSTOMERS, cohorts: 3 })));
    expect(await entriesOf(runId)).toHaveLength(CUSTOMERS);
  });

  it('is one snapshot: an import that is under way is in it as a whole or not at all', async () => {
    const runIds = await Promise.all([1, 2, 3, 4].map(() => insertRun(database.pool, projectId)));
    const imports = [1, 2, 3].map((i) => add(`batch-${i}`, 200));
    await Promise.all([...runIds.map((runId) => freeze(runId, null)), ...imports]);
    for (const runId of runIds) {
      const groups = new Map<string, number>();
      for (const { external_id: id } of await entriesOf(runId)) {
        const group = id.replace(/-\d+$/, '');
        groups.set(group, (groups.get(group) ?? 0) + 1);
      }
      for (const i of [1, 2, 3]) expect([undefined, 200]).toContain(groups.get(`batch-${i}`));
    }
  });

  it('may be empty', async () => {
    const runId = await insertRun(database.pool, projectId);
    expect(await freeze(runId, groupIs('nobody'))).toEqual({ customers: 0, cohorts: 0 });
    expect(await freeze(runId, null)).toEqual({ customers: 0, cohorts: 0 });
    expect(await entriesOf(runId)).toEqual([]);
  });

  it('gives every cohort a workflow of its own, also beyond the ten thousandth', async () => {
    await database.pool.query(
      `INSERT INTO customer (project_id, external_id, attributes)
       SELECT $1, 'crowd-' || i, '{"group": "crowd"}' FROM generate_series(1, 10000) AS i`,
      [projectId],
    );
    const runId = await insertRun(database.pool, projectId);
    const workflowIdPrefix = 'cohort/crowd/x/';
    const input = {
      runId,
      projectId,
      month: monthOf(Date.now()),
      filter: groupIs('crowd'),
      workflowIdPrefix,
    };
    expect(await freezeAudience(database.pool, { ...input, cohortSize: 1 })).toMatchObject({
      cohorts: 10_000,
    });
    const { rows } = await database.pool.query<{ workflow_id: string }>(
      'SELECT workflow_id FROM cohort WHERE run_id = $1 AND number IN (1, 1000, 10000) ORDER BY number',
      [runId],
    );
    expect(rows.map((row) => row.workflow_id)).toEqual(
      ['0001', '1000', '10000'].map((number) => workflowIdPrefix + number),
    );
  });

  it('has no erased customer and none of another project in it', async () => {
    const ids = await add('erased', 2);
    await eraseCustomer(database.pool, projectId, ids.get('erased-0') ?? '');
    const { rows } = await database.pool.query<{ id: string }>(
      `INSERT INTO project (account_id, key, name) SELECT account_id, 'other', 'Other' FROM project RETURNING id`,
    );
    await importCustomers(database.pool, {
      projectId: rows[0]?.id ?? '',
      phoneKey: PHONE_KEY,
      records: [{ externalId: 'foreign', attributes: { group: 'erased' }, consents: {} }],
    });
    const runId = await insertRun(database.pool, projectId);
    await freeze(runId, groupIs('erased'));
    expect((await entriesOf(runId)).map((entry) => entry.external_id)).toEqual(['erased-1']);
  });
});
