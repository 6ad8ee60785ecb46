import { assertServer } from '../../database/assert-server.ts';
import { assertPhoneKey } from '../../database/phone-hash.ts';
import { createPool, type Queryable } from '../../database/pool.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

describe('a database at the start', () => {
  it('is taken as it comes', async () => {
    await expect(assertServer(database.pool)).resolves.toBeUndefined();
  });

  it.each(['off', 'local'])('is refused when an acknowledged commit could be lost: %s', async (setting) => {
    const name = new URL(database.url).pathname.slice(1);
    await database.pool.query(`ALTER DATABASE ${name} SET synchronous_commit = ${setting}`);
    const pool = createPool({ url: database.url, name: 'test', connections: 1 });
    await expect(assertServer(pool)).rejects.toThrow(/synchronous_commit/);
    await pool.end();
    await database.pool.query(`ALTER DATABASE ${name} RESET synchronous_commit`);
  });

  it('is refused on a server that does not write through to its disk', async () => {
    // The setting is the whole server's, which other tests use: so it is changed in what the server says.
    const query = async (text: string): Promise<{ rows: readonly { name: string; setting: string }[] }> => {
      const { rows } = await database.pool.query<{ name: string; setting: string }>(text);
      return { rows: rows.map((row) => (row.name === 'fsync' ? { ...row, setting: 'off' } : row)) };
    };
    const server = { query } as unknown as Queryable;
    await expect(assertServer(server)).rejects.toThrow(/fsync = off/);
  });

  it('is refused with another phone key than its first one', async () => {
    await assertPhoneKey(database.pool, 'the first key');
    await assertPhoneKey(database.pool, 'the first key');
    await expect(assertPhoneKey(database.pool, 'another key')).rejects.toThrow(/PHONE_KEY/);
  });
});
