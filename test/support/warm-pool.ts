import type { Pool } from '../../database/pool.ts';

/** Opens every connection of a pool: a cold one opens them one after the other and hides every race. */
export async function warm(pool: Pool): Promise<void> {
  const connections = await Promise.all(Array.from({ length: pool.options.max }, () => pool.connect()));
  await Promise.all(connections.map((connection) => connection.query('SELECT 1')));
  for (const connection of connections) connection.release();
}
