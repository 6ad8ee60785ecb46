/** Where an error's reader finds what it means: the anchor of its code in `docs/errors.md`. */
export function errorHelp(code: string): string {
  return `docs/errors.md#${code}`;
}

/**
 * An error that trying again cannot mend.
 *
 * `code` is stable and listed in `docs/errors.md`; `message` is a sentence that says what to do.
 */
export class PermanentError extends Error {
  readonly code: string;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: string, message: string, details: Readonly<Record<string, unknown>> = {}) {
    super(message);
    this.name = 'PermanentError';
    this.code = code;
    this.details = details;
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
