import type { ApiAnswer } from './api.ts';

export interface ProblemView {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly errors?: readonly { readonly pointer: string; readonly code: string; readonly message: string }[];
}

/** Asserts that an answer is an RFC 9457 problem of this status and code. @returns it, to look at its rest */
export function expectProblem(answer: ApiAnswer<unknown>, status: number, code: string): ProblemView {
  const problem = answer.body as ProblemView;
  expect({ status: answer.status, code: (problem as ProblemView | undefined)?.code }).toEqual({
    status,
    code,
  });
  expect(answer.headers['content-type']).toMatch(/^application\/problem\+json\b/);
  expect(problem).toMatchObject({
    type: `/errors#${code}`,
    title: expect.stringMatching(/\S/) as string,
    status,
    detail: expect.stringMatching(/\S/) as string,
  });
  return problem;
}

/** Pointer and code of every single problem. */
export function entriesOf(problem: Pick<ProblemView, 'errors'>): readonly (readonly [string, string])[] {
  return (problem.errors ?? []).map(({ pointer, code }) => [pointer, code] as const);
}
