import { TransientError } from '../domain/errors.ts';

/** A look-up that the provider refuses for the sake of the account. */
export class LookupRefusedError extends TransientError {
  readonly statusCode: string;
  /** Whether the account is refused whatever it asks; it may lack the permission for look-ups alone. */
  readonly all: boolean;

  constructor(statusCode: string, message: string, all: boolean) {
    super('lookup_refused', message);
    this.name = 'LookupRefusedError';
    this.statusCode = statusCode;
    this.all = all;
  }
}
