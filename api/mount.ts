import express, { type Router } from 'express';
import type { z } from 'zod';
import { isStorable } from '../domain/storable.ts';
import { pointerOf, type Problem } from '../domain/validation/problem.ts';
import { projectOf } from './auth.ts';
import type { ErrorCode } from './errors.ts';
import { ApiProblem } from './problem.ts';
import type { AnyRoute } from './route.ts';

/** Largest JSON body. */
export const MAX_JSON_BYTES = 1_048_576;

/** Adds a route to a router: its schemas check what its handler gets. */
export function mount(router: Router, route: AnyRoute): void {
  const json = route.body ? [express.json({ limit: MAX_JSON_BYTES, strict: true, type: () => true })] : [];
  router[route.method](route.path, ...json, async (request, response) => {
    const answer = await route.handle({
      params: parse(route.params, request.params, 'not_found'),
      query: parse(route.query, request.query, 'bad_query'),
      body: parse(route.body, request.body, 'bad_body'),
      project: projectOf(response),
      raw: request,
    });
    if ('stream' in answer) await answer.stream(response);
    else if (answer.body === undefined)
      response
        .status(answer.status)
        .set(answer.headers ?? {})
        .end();
    else
      response
        .status(answer.status)
        .set(answer.headers ?? {})
        .json(answer.body);
  });
}

function parse<T extends z.ZodType>(schema: T | undefined, value: unknown, code: ErrorCode): z.output<T> {
  if (!schema) return undefined as z.output<T>;
  if (!isStorable(value)) {
    throw new ApiProblem(
      code,
      "It contains what can't be stored: a NUL character, half a surrogate pair, or too deep a nesting.",
    );
  }
  const parsed = schema.safeParse(value ?? {});
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.flatMap((issue) => problemsOf(issue));
  throw new ApiProblem(
    code,
    problems.map(({ pointer, message }) => `${pointer || 'The body'}: ${message}`).join(' '),
    {
      problems,
    },
  );
}

function problemsOf(issue: z.core.$ZodIssue): readonly Problem[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      pointer: pointerOf(...issue.path, key),
      code: 'unknown_field',
      message: `There is no field "${key}" here.`,
    }));
  }
  return [
    { pointer: pointerOf(...issue.path), code: 'bad_field', message: `${issue.message}.`.replace('..', '.') },
  ];
}
