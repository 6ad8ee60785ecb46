import { ApplicationFailure, ApplicationFailureCategory } from '@temporalio/common';
import { isConnectionFailure, isLockFailure } from '../database/postgres-error.ts';
import { PermanentError, TransientError } from '../domain/errors.ts';

/**
 * The one place where our errors become Temporal's.
 *
 * Permanent ones are not tried again; transient ones are, after the time that they name. Anything else is a defect
 * or an outage and is tried again with growing pauses. No detail of a statement or a customer goes along.
 */
export function temporalFailure(error: unknown): Error {
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
  return error instanceof Error ? error : new Error(String(error));
}
