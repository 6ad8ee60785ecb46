import { randomBytes } from 'node:crypto';
import { createPool, type Pool } from '../../database/pool.ts';
import { TEMPLATE } from '../setup/global-setup.ts';

export interface TestDatabase {
  readonly url: string;
  readonly pool: Pool;
  drop(): Promise<void>;
}

/** A database of its own for one test file, migrated. */
export async function createTestDatabase(connections = 10): Promise<TestDatabase> {
  const address = process.env['TEST_POSTGRES'] ?? '';
  const name = `t_${randomBytes(6).toString('hex')}`;
  const admin = createPool({ url: address.replace(/DATABASE$/, 'postgres'), name: 'test', connections: 1 });
  for (;;) {
    try {
      await admin.query(`CREATE DATABASE ${name} TEMPLATE ${TEMPLATE}`);
      break;
    } catch (error) {
      // Two files that copy the template at the same moment get in each other's way.
      if (!(error instanceof Error && error.message.includes('being accessed by other users'))) throw error;
    }
  }
  const url = address.replace(/DATABASE$/, name);
  const pool = createPool({ url, name: 'test', connections });
  return {
    url,
    pool,
    drop: async () => {
      await pool.end();
      await admin.query(`DROP DATABASE ${name} WITH (FORCE)`);
      await admin.end();
    },
  };
}
