import type { ProjectMode } from '../domain/gate.ts';
import type { MessageCap } from '../domain/message-cap.ts';
import { readGateSettings } from './launch-facts.ts';
import type { Pool, Queryable } from './pool.ts';
import { inTransaction } from './transaction.ts';

/** A project as its users see it. */
export interface ProjectSettings {
  readonly key: string;
  readonly name: string;
  readonly mode: ProjectMode;
  readonly messageCap: MessageCap | null;
}

export async function readProject(database: Queryable, projectId: string): Promise<ProjectSettings> {
  const { rows } = await database.query<Pick<ProjectSettings, 'key' | 'name'>>(
    'SELECT key, name FROM project WHERE id = $1',
    [projectId],
  );
  if (!rows[0]) throw new Error('A request has a project.');
  const { mode, messageCap } = await readGateSettings(database, projectId);
  return { ...rows[0], mode, messageCap };
}

/**
 * Changes how many messages a number may get; claims that begin after the commit go by it.
 * @param check looks at the project under its lock; throws to keep it as it is
 */
export function changeMessageCap(
  pool: Pool,
  projectId: string,
  cap: MessageCap | null,
  check: (current: ProjectSettings) => void,
): Promise<ProjectSettings> {
  return inTransaction(pool, async (connection) => {
    await connection.query('SELECT FROM project WHERE id = $1 FOR NO KEY UPDATE', [projectId]);
    check(await readProject(connection, projectId));
    await connection.query('UPDATE project SET message_cap = $2, cap_window = $3 WHERE id = $1', [
      projectId,
      cap?.messages ?? null,
      cap?.window ?? null,
    ]);
    return readProject(connection, projectId);
  });
}
