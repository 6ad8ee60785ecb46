import pg from 'pg';

const SERIALISATION_FAILURES = new Set(['40001', '40P01', '55P03']);
const CONNECTION_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ENOTFOUND',
  'ETIMEDOUT',
  'ENOENT',
  '57P01',
  '57P02',
  '57P03',
  '53300',
]);

/** Whether a transaction lost a lock to another one and may simply be repeated. */
export function isLockFailure(error: unknown): boolean {
  return error instanceof pg.DatabaseError && SERIALISATION_FAILURES.has(error.code ?? '');
}

/** Whether somebody else has written the same key. */
export function isUniqueViolation(error: unknown): boolean {
  return error instanceof pg.DatabaseError && error.code === '23505';
}

/** Whether the database can't be reached at the moment; what was asked may or may not have been done. */
export function isConnectionFailure(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if ('code' in error && typeof error.code === 'string' && CONNECTION_CODES.has(error.code)) return true;
  return /Connection terminated|timeout exceeded when trying to connect|connection timeout/i.test(
    error.message,
  );
}
