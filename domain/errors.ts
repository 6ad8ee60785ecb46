/**
 * An error that trying again cannot mend.
 *
 * `code` is stable and listed in `docs/errors.md`; `message` is a sentence that says what to do.
 */
export class PermanentError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.name = 'PermanentError';
    this.code = code;
  }
}

/** An error that may be gone after `retryAfterMs` milliseconds; nothing has been applied. */
export class TransientError extends Error {
  readonly code: string;
  readonly retryAfterMs: number;

  constructor(code: string, message: string, retryAfterMs = 1_000) {
    super(message);
    this.name = 'TransientError';
    this.code = code;
    this.retryAfterMs = retryAfterMs;
  }
}
