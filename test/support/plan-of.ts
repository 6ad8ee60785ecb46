import { jest } from '@jest/globals';
import pg from 'pg';
import type { Connection, Pool } from '../../database/pool.ts';
import { inTransaction, type Planning } from '../../database/transaction.ts';

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
  const { text, values } = await statementOf(part, work);
  return planText(await pool.query<PlanRow>(`EXPLAIN (COSTS OFF) ${text}`, values));
}

/** The plan that is kept of a statement in a transaction whose statements are planned once. */
export async function keptPlanOf(
  pool: Pool,
  part: string,
  planning: Planning,
  work: () => Promise<unknown>,
): Promise<string> {
  const { text } = await statementOf(part, work);
  const explain = (connection: Connection): Promise<pg.QueryResult<PlanRow>> =>
    connection.query<PlanRow>(`EXPLAIN (GENERIC_PLAN, COSTS OFF) ${text}`);
  return planText(await inTransaction(pool, explain, planning));
}

interface PlanRow {
  readonly 'QUERY PLAN': string;
}

function planText({ rows }: pg.QueryResult<PlanRow>): string {
  return rows.map((row) => row['QUERY PLAN']).join('\n');
}

interface Statement {
  readonly text: string;
  readonly values: unknown[];
}

async function statementOf(part: string, work: () => Promise<unknown>): Promise<Statement> {
  const spy = jest.spyOn(pg.Client.prototype, 'query');
  const statements: Statement[] = [];
  try {
    await work();
    for (const [config, values] of spy.mock.calls as unknown as [unknown, unknown[] | undefined][]) {
      if (typeof config === 'string') statements.push({ text: config, values: values ?? [] });
      else statements.push(config as Statement);
    }
  } finally {
    spy.mockRestore();
  }
  const found = statements.filter(({ text }) => text.includes(part));
  expect(found).toHaveLength(1);
  const [statement] = found;
  if (!statement) throw new Error('It is there.');
  return statement;
}
