import type { Problem } from '../domain/validation/problem.ts';
import { ERRORS, type ErrorCode } from './errors.ts';

/** A refusal as RFC 9457 has it: a stable code, a status and a sentence that says what to do. */
export class ApiProblem extends Error {
  readonly code: ErrorCode;
  readonly problems: readonly Problem[];
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    code: ErrorCode,
    detail: string,
    {
      problems = [],
      headers = {},
    }: { problems?: readonly Problem[]; headers?: Readonly<Record<string, string>> } = {},
  ) {
    super(detail);
    this.name = 'ApiProblem';
    this.code = code;
    this.problems = problems;
    this.headers = headers;
  }

  get status(): number {
    return ERRORS[this.code].status;
  }

  /** The body of the answer. */
  toJson(): object {
    return {
      type: `/errors#${this.code}`,
      title: ERRORS[this.code].title,
      status: this.status,
      code: this.code,
      detail: this.message,
      ...(this.problems.length > 0 && { errors: this.problems }),
    };
  }
}
