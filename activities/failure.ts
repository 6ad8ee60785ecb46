import { ApplicationFailure, ApplicationFailureCategory } from '@temporalio/common';
import type { Logger } from '../config/log.ts';
import { isConnectionFailure, isLockFailure } from '../database/postgres-error.ts';
import { PermanentError, TransientError } from '../domain/errors.ts';

/**
 * The one place where our errors become Temporal's.
 *
 * Permanent ones are not tried again; transient ones are, after the time that they name. Anything else is a defect
 * or an outage and is tried again with growing pauses: what it says stays in the worker's log, because a message of a
 * library may carry a customer's data.
 */
export function temporalFailure(error: unknown, log: Logger): Error {
  if (error instanceof PermanentError) {
    return ApplicationFailure.create({ type: error.code, message: error.message, nonRetryable: true });
  }
  if (error instanceof TransientError) {
    return ApplicationFailure.create({
      type: error.code,
      message: error.message,
      nextRetryDelay: error.retryAfterMs,
      category: ApplicationFailureCategory.BENIGN,
    });
  }
  if (isConnectionFailure(error) || isLockFailure(error)) {
    return ApplicationFailure.create({
      type: 'database_unavailable',
      message: 'The database could not be used; the attempt is repeated.',
      category: ApplicationFailureCategory.BENIGN,
    });
  }
  log.error({ err: error }, 'an activity failed unforeseen; it is repeated');
  const name = error instanceof Error ? error.name : 'error';
  return ApplicationFailure.create({
    type: 'internal',
    message: `An unforeseen ${name}; the worker's log says more. The attempt is repeated.`,
  });
}
