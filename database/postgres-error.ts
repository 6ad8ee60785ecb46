const SERIALISATION_FAILURES = new Set(['40001', '40P01', '55P03']);
/** Codes of Node, PostgreSQL and Prisma for a connection that could not be made or was lost. */
const CONNECTION_CODES = new Set([
  'EAI_AGAIN',
  'ECONNABORTED',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOENT',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
  '25P03',
  '53300',
  '57P01',
  '57P02',
  '57P03',
  '57P05',
  'P1001',
  'P1002',
  'P1008',
  'P1017',
]);
const CONNECTION_MESSAGE =
  /Connection terminated|timeout exceeded when trying to connect|connection timeout|Query read timeout|is not queryable/i;

/** Whether a transaction lost a lock to another one and may simply be repeated. */
export function isLockFailure(error: unknown): boolean {
  return codesOf(error).some((code) => SERIALISATION_FAILURES.has(code));
}

/** Whether somebody else has written the same key. */
export function isUniqueViolation(error: unknown): boolean {
  return codesOf(error).includes('23505');
}

/** Whether the database can't be reached at the moment; what was asked may or may not have been done. */
export function isConnectionFailure(error: unknown): boolean {
  return codesOf(error).some(isConnectionCode) || CONNECTION_MESSAGE.test(messageOf(error));
}

function isConnectionCode(code: string): boolean {
  return CONNECTION_CODES.has(code) || /^08...$/.test(code);
}

/** What may tell why an error happened; Prisma keeps the driver's error in `meta.driverAdapterError`. */
interface Telling {
  readonly code?: unknown;
  readonly originalCode?: unknown;
  readonly cause?: unknown;
  readonly meta?: unknown;
  readonly driverAdapterError?: unknown;
}

/** Codes of an error and of everything that it wraps. */
function codesOf(error: unknown): readonly string[] {
  if (typeof error !== 'object' || error === null) return [];
  const { code, originalCode, cause, meta, driverAdapterError }: Telling = error;
  return [
    ...[code, originalCode].filter((given) => typeof given === 'string'),
    ...[cause, meta, driverAdapterError].flatMap(codesOf),
  ];
}

/** Also of errors of Node itself, which are no `Error` of a test's own realm. */
function messageOf(error: unknown): string {
  const { message }: { message?: unknown } = typeof error === 'object' && error !== null ? error : {};
  return typeof message === 'string' ? message : '';
}
