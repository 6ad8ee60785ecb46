import { audienceSql, Parameters } from '../../database/audience-sql.ts';
import { importCustomers } from '../../database/customers/import-customers.ts';
import { FILTER_OPERATORS, type AudienceFilter, type FilterOperator } from '../../domain/audience-filter.ts';
import { PHONE_KEY, seedTestProject } from '../support/launched-run.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';

const HOSTILE = [
  `'; DROP TABLE customer; --`,
  `' OR '1'='1`,
  `x' OR true --`,
  `") OR true --`,
  `$1`,
  `$1; SELECT pg_sleep(5)`,
  `\\'; --`,
  `{"a": 1}`,
  `a -> 'b'`,
  `NULL`,
  `%`,
  `a\nb`,
  `Ω≈ç√∫`,
  'constructor',
  'toString',
  'hasOwnProperty',
  '__proto__',
];

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase(3);
  const projectId = await seedTestProject(database.pool);
  const own = (name: string): [string, string] => [name, name];
  const records = [
    { externalId: 'plain', attributes: { city: 'Boston' }, consents: {} },
    // One customer has every hostile name as an attribute, with the name as its value.
    { externalId: 'odd', attributes: Object.fromEntries(HOSTILE.map(own)), consents: {} },
  ];
  await importCustomers(database.pool, { projectId, phoneKey: PHONE_KEY, records });
});
afterAll(() => database.drop());

async function matching(filter: AudienceFilter): Promise<readonly string[]> {
  const parameters = new Parameters();
  const { rows } = await database.pool.query<{ external_id: string }>(
    `SELECT external_id FROM customer WHERE ${audienceSql(filter, parameters)} ORDER BY 1`,
    parameters.values,
  );
  return rows.map((row) => row.external_id);
}

describe.each(HOSTILE)('the text %j', (text) => {
  it('is only the name of an attribute', async () => {
    expect(await matching({ attribute: text, op: 'exists' })).toEqual(['odd']);
    expect(await matching({ attribute: text, op: 'eq', value: text })).toEqual(['odd']);
  });

  it('is only a value', async () => {
    const valueOf = (op: FilterOperator): string | string[] | boolean =>
      op === 'in' ? [text] : op === 'exists' ? true : text;
    for (const op of FILTER_OPERATORS) {
      const found = await matching({
        and: [
          { attribute: 'city', op, value: valueOf(op) },
          { attribute: 'city', op: 'eq', value: 'x' },
        ],
      });
      expect([op, found]).toEqual([op, []]);
    }
    expect(await matching({ attribute: 'city', op: 'ne', value: text })).toEqual(['odd', 'plain']);
  });
});

describe('hostile filters', () => {
  it('have left the table as it was', async () => {
    const { rows } = await database.pool.query<{ count: string }>('SELECT count(*) FROM customer');
    expect(rows[0]?.count).toBe('2');
  });

  it('put nothing of theirs into the text of the statement', () => {
    for (const text of HOSTILE.filter((name) => name.length > 4)) {
      const sql = audienceSql(
        {
          and: [
            { attribute: text, op: 'eq', value: text },
            { attribute: text, op: 'contains', value: text },
          ],
        },
        new Parameters(),
      );
      expect(sql).not.toContain(text);
    }
  });
});
