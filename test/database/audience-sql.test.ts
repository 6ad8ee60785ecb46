import { audienceSql, Parameters } from '../../database/audience-sql.ts';
import { importCustomers } from '../../database/customers/import-customers.ts';
import type { AudienceFilter, Comparison } from '../../domain/audience-filter.ts';
import type { JsonObject } from '../../domain/json.ts';
import { PHONE_KEY, seedTestProject } from '../support/launched-run.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';

let database: TestDatabase;

const CUSTOMERS: Readonly<Record<string, JsonObject>> = {
  ann: { city: 'Boston', points: 10, vip: true, tags: ['a', 'b'], born: '1990-05-01' },
  bo: { city: 'Austin', points: 9.5, vip: false, tags: [], born: '1985-12-31' },
  cy: { city: 'boston', points: '10', tags: 'abc' },
  di: { city: '', points: -1, tags: [1, '2'] },
  ed: {},
  fe: { city: { name: 'Boston' }, points: { n: 10 } },
};

beforeAll(async () => {
  database = await createTestDatabase(3);
  const projectId = await seedTestProject(database.pool);
  const records = Object.entries(CUSTOMERS).map(([externalId, attributes]) => ({
    externalId,
    attributes,
    consents: {},
    ...(externalId === 'ann' && { timezone: 'America/New_York', language: 'en' }),
  }));
  await importCustomers(database.pool, { projectId, phoneKey: PHONE_KEY, records });
});
afterAll(() => database.drop());

async function matching(filter: AudienceFilter): Promise<string> {
  const parameters = new Parameters();
  const { rows } = await database.pool.query<{ external_id: string }>(
    `SELECT external_id FROM customer WHERE ${audienceSql(filter, parameters)} ORDER BY 1`,
    parameters.values,
  );
  return rows.map((row) => row.external_id).join(' ');
}

const of = (attribute: string, op: Comparison['op'], value?: Comparison['value']): Comparison => ({
  attribute,
  op,
  value,
});

describe('an audience filter', () => {
  it.each<[Comparison, string]>([
    [of('city', 'eq', 'Boston'), 'ann'],
    [of('city', 'eq', ''), 'di'],
    [of('points', 'eq', 10), 'ann'],
    [of('points', 'eq', '10'), 'cy'],
    [of('vip', 'eq', false), 'bo'],
    [of('vip', 'eq', 'true'), ''],
    [of('city', 'ne', 'Boston'), 'bo cy di ed fe'],
    [of('points', 'ne', 10), 'bo cy di ed fe'],
    [of('points', 'lt', 10), 'bo di'],
    [of('points', 'lte', 10), 'ann bo di'],
    [of('points', 'gt', 9.5), 'ann'],
    [of('points', 'gte', 9.5), 'ann bo'],
    [of('points', 'gt', '0'), 'cy'],
    [of('born', 'lt', '1990-01-01'), 'bo'],
    [of('born', 'gte', '1990-01-01'), 'ann'],
    [of('city', 'gt', 'Z'), 'cy'],
    [of('city', 'in', ['Boston', 'Austin', 7]), 'ann bo'],
    [of('points', 'in', [10, -1]), 'ann di'],
    [of('city', 'contains', 'osto'), 'ann cy'],
    [of('city', 'contains', 'Osto'), ''],
    [of('tags', 'contains', 'a'), 'ann cy'],
    [of('tags', 'contains', 1), 'di'],
    [of('tags', 'contains', '2'), 'di'],
    [of('tags', 'contains', '1'), ''],
    [of('city', 'contains', '%'), ''],
    [of('vip', 'exists'), 'ann bo'],
    [of('vip', 'exists', true), 'ann bo'],
    [of('vip', 'exists', false), 'cy di ed fe'],
  ])('%j finds %s', async (comparison, expected) => {
    expect(await matching(comparison)).toBe(expected);
  });

  it('takes a list for none of the values that "in" names', async () => {
    expect(await matching(of('tags', 'in', ['a', 'b', 'x']))).toBe('');
  });

  it('finds nobody by an attribute that nobody has, except with "ne" and "exists: false"', async () => {
    const everybody = 'ann bo cy di ed fe';
    const ops = { eq: '', ne: everybody, lt: '', lte: '', gt: '', gte: '', contains: '' } as const;
    for (const [op, expected] of Object.entries(ops)) {
      expect([op, await matching(of('nothing', op as keyof typeof ops, 'x'))]).toEqual([op, expected]);
    }
    expect(await matching(of('nothing', 'in', ['x']))).toBe('');
    expect(await matching(of('nothing', 'exists', false))).toBe(everybody);
  });

  it('reads externalId, timezone and language of the customer', async () => {
    expect(await matching(of('externalId', 'in', ['bo', 'ed']))).toBe('bo ed');
    expect(await matching(of('timezone', 'eq', 'America/New_York'))).toBe('ann');
    expect(await matching(of('language', 'exists', false))).toBe('bo cy di ed fe');
    expect(await matching(of('language', 'ne', 'en'))).toBe('bo cy di ed fe');
  });

  it('combines: and, or, not, at any depth', async () => {
    const boston = of('city', 'eq', 'Boston');
    expect(await matching({ and: [of('points', 'gte', 9), of('vip', 'eq', true)] })).toBe('ann');
    expect(await matching({ or: [boston, of('city', 'eq', 'Austin')] })).toBe('ann bo');
    expect(await matching({ not: boston })).toBe('bo cy di ed fe');
    expect(await matching({ not: { not: boston } })).toBe('ann');
    expect(
      await matching({
        not: { or: [boston, { and: [of('vip', 'exists'), { not: of('vip', 'eq', true) }] }] },
      }),
    ).toBe('cy di ed fe');
  });

  it('is never undecided: a customer matches either a comparison or its negation', async () => {
    for (const op of ['eq', 'ne', 'lt', 'lte', 'gt', 'gte', 'contains'] as const) {
      for (const value of ['Boston', 10, true]) {
        for (const attribute of ['city', 'points', 'tags', 'nothing']) {
          const [yes, no] = [
            await matching(of(attribute, op, value)),
            await matching({ not: of(attribute, op, value) }),
          ];
          expect(`${yes} ${no}`.trim().split(' ').sort().join(' ')).toBe('ann bo cy di ed fe');
        }
      }
    }
  });
});
