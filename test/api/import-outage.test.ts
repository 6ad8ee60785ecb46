import { chunk, RawConnection, requestHead } from '../support/raw-connection.ts';
import { eventually } from '../support/eventually.ts';
import { TestStack } from '../support/test-stack.ts';

let stack: TestStack;

beforeAll(async () => {
  stack = await TestStack.start({ engine: false });
});
afterAll(() => stack.stop());

const lines = (from: number, count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => `c-${from + index}`);

const FORMATS: Readonly<Record<string, { first: string; line: (externalId: string) => string }>> = {
  'application/x-ndjson': { first: '', line: (externalId) => JSON.stringify({ externalId }) },
  'text/csv': { first: 'externalId\n', line: (externalId) => externalId },
};

describe('an import during which the database fails', () => {
  it.each(Object.entries(FORMATS))(
    'as %s is answered, and what was written before stays',
    async (type, format) => {
      const { pool } = stack.database;
      await pool.query('DELETE FROM customer');
      const connection = await RawConnection.open(stack.api.url);
      const send = (ids: readonly string[]): Promise<void> =>
        connection.send(chunk(Buffer.from(`${ids.map(format.line).join('\n')}\n`)));
      await connection.send(
        requestHead('POST /v1/customers/import', {
          authorization: `Bearer ${stack.api.key}`,
          'content-type': type,
          'transfer-encoding': 'chunked',
        }),
      );
      if (format.first !== '') await connection.send(chunk(Buffer.from(format.first)));
      await send(lines(0, 600));
      const stored = await eventually(async () => {
        const { rows } = await pool.query<{ count: string }>('SELECT count(*) FROM customer');
        return Number(rows[0]?.count) > 0 ? Number(rows[0]?.count) : undefined;
      });
      await pool.query('ALTER TABLE customer RENAME TO customer_away');
      try {
        await send(lines(600, 1_000));
        await eventually(() => (connection.statuses.length > 0 ? true : undefined), 5_000);
        expect(connection.statuses[0]).toBeGreaterThanOrEqual(500);
      } finally {
        connection.destroy();
        await pool.query('ALTER TABLE customer_away RENAME TO customer');
      }
      const { rows } = await pool.query<{ count: string }>('SELECT count(*) FROM customer');
      expect(Number(rows[0]?.count)).toBe(stored);
    },
  );
});
