import { lockRecipients } from '../claim-messages.ts';
import type { Connection } from '../pool.ts';
import { isLockFailure, isUniqueViolation } from '../postgres-error.ts';

const MAX_ATTEMPTS = 5;

/** Looks, under the lock, at what is about to be changed; throws to keep it as it is. */
export type Check = (connection: Connection) => Promise<void>;

/** Customers of a project, by one of their names. */
export interface CustomerNames {
  readonly projectId: string;
  readonly column: 'id' | 'external_id';
  readonly values: readonly string[];
}

/**
 * Locks the numbers that customers have, others with them, and then the customers: what they have is theirs until
 * the commit.
 *
 * Its transaction must be one of {@link repeatedly}: a customer may get another number before the lock.
 */
export async function lockNumbers(
  connection: Connection,
  customers: CustomerNames,
  others: Iterable<string> = [],
): Promise<void> {
  const locked = new Set([...others, ...(await readNumbers(connection, customers, ''))]);
  await lockRecipients(connection, [...locked]);
  const numbers = await readNumbers(connection, customers, 'ORDER BY id FOR NO KEY UPDATE');
  if (numbers.some((number) => !locked.has(number))) throw new NumberMoved();
}

/** Says what PostgreSQL says of a transaction that lost against another one. */
class NumberMoved extends Error {
  readonly code = '40001';

  constructor() {
    super('A customer has got another number meanwhile.');
  }
}

/** Repeats work whose transaction lost against another one: nothing of it was applied. */
export async function repeatedly<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (attempt === MAX_ATTEMPTS || !(isLockFailure(error) || isUniqueViolation(error))) throw error;
    }
  }
}

async function readNumbers(
  connection: Connection,
  { projectId, column, values }: CustomerNames,
  lock: string,
): Promise<readonly string[]> {
  const { rows } = await connection.query<{ recipient_id: string | null }>(
    `SELECT recipient_id FROM customer
     WHERE project_id = $1 AND ${column} = ANY ($2) AND deleted_at IS NULL ${lock}`,
    [projectId, values],
  );
  return rows.flatMap((row) => row.recipient_id ?? []);
}
