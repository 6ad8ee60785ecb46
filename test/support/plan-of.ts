import { jest } from '@jest/globals';
import pg from 'pg';
import type { Pool } from '../../database/pool.ts';

/** Copies the only row of a table many times, with these columns changed. */
export async function copyRow(
  pool: Pool,
  times: number,
  table: string,
  changes: Readonly<Record<string, string>>,
): Promise<void> {
  const { rows } = await pool.query<{ column: string }>(
    `SELECT attname AS column FROM pg_attribute WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped`,
    [table],
  );
  const columns = rows.map(({ column }) => column);
  await pool.query(
    `INSERT INTO ${table} (${columns.join(', ')})
     SELECT ${columns.map((column) => changes[column] ?? column).join(', ')}
     FROM ${table}, generate_series(1, ${times}) AS i`,
  );
}

/** The plan of the one statement among those of `work` whose text contains `part`. */
export async function planOf(pool: Pool, part: string, work: () => Promise<unknown>): Promise<string> {
  const spy = jest.spyOn(pg.Client.prototype, 'query');
  const statements: { text: string; values: unknown[] }[] = [];
  try {
    await work();
    for (const [config, values] of spy.mock.calls as unknown as [unknown, unknown[] | undefined][]) {
      if (typeof config === 'string') statements.push({ text: config, values: values ?? [] });
      else statements.push(config as (typeof statements)[number]);
    }
  } finally {
    spy.mockRestore();
  }
  const found = statements.filter(({ text }) => text.includes(part));
  expect(found).toHaveLength(1);
  const { rows } = await pool.query<{ 'QUERY PLAN': string }>(
    `EXPLAIN (COSTS OFF) ${found[0]?.text ?? ''}`,
    found[0]?.values,
  );
  return rows.map((row) => row['QUERY PLAN']).join('\n');
}
