import { readFileSync } from 'node:fs';
import path from 'node:path';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';

const SCHEMA = readFileSync(path.join(import.meta.dirname, '..', '..', 'prisma', 'schema.prisma'), 'utf8');

/** PostgreSQL's names of Prisma's scalar types, where no `@db.` says otherwise. */
const TYPES: Readonly<Record<string, string>> = {
  String: 'text',
  Int: 'int4',
  Float: 'float8',
  BigInt: 'int8',
  Boolean: 'bool',
  Json: 'jsonb',
  Bytes: 'bytea',
  DateTime: 'timestamp',
};

/** Columns by table, as `name type null|not null`. */
type Tables = Readonly<Record<string, readonly string[]>>;

function tablesOfSchema(): Tables {
  const models = [...SCHEMA.matchAll(/^model (\w+) \{([\s\S]*?)^\}/gm)];
  const names = new Set(models.map(([, name]) => name));
  return Object.fromEntries(
    models.map(([, name = '', body = '']) => {
      const [, table = name] = /@@map\("(\w+)"\)/.exec(body) ?? [];
      const columns = [...body.matchAll(/^ {2}(\w+)\s+(\w+)(\[\]|\?)?(.*)$/gm)]
        .filter(([, , type]) => !names.has(type))
        .map(([, field = '', type = '', suffix = '', rest = '']) => {
          const [, column = field] = /@map\("(\w+)"\)/.exec(rest) ?? [];
          const [, native] = /@db\.(\w+)/.exec(rest) ?? [];
          const base = native?.toLowerCase() ?? TYPES[type] ?? type;
          return `${column} ${suffix === '[]' ? `_${base}` : base} ${suffix === '?' ? 'null' : 'not null'}`;
        });
      return [table, columns.sort()];
    }),
  );
}

async function tablesOfDatabase({ pool }: TestDatabase): Promise<Tables> {
  const { rows } = await pool.query<{ table: string; columns: string[] }>(
    `SELECT class.relname AS table, array_agg(column_name || ' ' || udt_name || ' ' ||
              CASE is_nullable WHEN 'YES' THEN 'null' ELSE 'not null' END) AS columns
     FROM information_schema.columns JOIN pg_class class ON class.relname = table_name
       AND class.relnamespace = 'public'::regnamespace
     WHERE table_schema = 'public' AND NOT class.relispartition AND class.relname <> '_prisma_migrations'
     GROUP BY 1`,
  );
  return Object.fromEntries(rows.map(({ table, columns }) => [table, columns.sort()]));
}

describe('the schema that Prisma knows', () => {
  let database: TestDatabase;

  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(() => database.drop());

  it('is the one that the migrations make: tables, columns, types, nullability', async () => {
    const schema = tablesOfSchema();
    expect(Object.keys(schema).length).toBeGreaterThan(20);
    expect(schema).toEqual(await tablesOfDatabase(database));
  });

  it('has the same keys: primary keys, unique keys', async () => {
    const { rows } = await database.pool.query<{ table: string; keys: string[] }>(
      `SELECT class.relname AS table, array_agg((
         SELECT string_agg(attname, ',' ORDER BY position)
         FROM unnest(indkey::int[]) WITH ORDINALITY AS part (number, position)
         JOIN pg_attribute ON attrelid = class.oid AND attnum = number)) AS keys
       FROM pg_index JOIN pg_class class ON class.oid = indrelid
       WHERE indisunique AND class.relnamespace = 'public'::regnamespace AND NOT class.relispartition
         AND class.relname <> '_prisma_migrations'
       GROUP BY 1`,
    );
    const actual = Object.fromEntries(rows.map(({ table, keys }) => [table, keys.sort()]));
    expect(keysOfSchema()).toEqual(actual);
  });
});

function keysOfSchema(): Tables {
  return Object.fromEntries(
    [...SCHEMA.matchAll(/^model (\w+) \{([\s\S]*?)^\}/gm)].map(([, name = '', body = '']) => {
      const columnOf = new Map(
        [...body.matchAll(/^ {2}(\w+)\s.*?(?:@map\("(\w+)"\).*)?$/gm)].map(([, field = '', column]) => [
          field,
          column ?? field,
        ]),
      );
      const single = [...body.matchAll(/^ {2}(\w+)\s.*@(?:id|unique)\b/gm)].map(
        ([, field = '']) => columnOf.get(field) ?? '',
      );
      const several = [...body.matchAll(/@@(?:id|unique)\(\[([^\]]+)\]\)/g)].map(([, fields = '']) =>
        fields
          .split(/,\s*/)
          .map((field) => columnOf.get(field) ?? '')
          .join(','),
      );
      const [, table = name] = /@@map\("(\w+)"\)/.exec(body) ?? [];
      return [table, [...single, ...several].sort()];
    }),
  );
}
