import express, { type ErrorRequestHandler, type Router } from 'express';
import type { z } from 'zod';
import type { Logger } from '../config/log.ts';
import { isConnectionFailure, isLockFailure } from '../database/postgres-error.ts';
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

/** Turns every error into a problem; what is unforeseen is logged and says nothing about its inside. */
export function problemHandler(log: Logger): ErrorRequestHandler {
  return (error: unknown, request, response, next) => {
    const problem = problemOf(error);
    if (problem.status >= 500)
      log.error({ err: error, path: request.route ? request.path : '' }, 'a request failed');
    if (response.headersSent) {
      next(error);
      return;
    }
    response
      .status(problem.status)
      .set(problem.headers)
      .type('application/problem+json')
      .send(JSON.stringify(problem.toJson()));
  };
}

function problemOf(error: unknown): ApiProblem {
  if (error instanceof ApiProblem) return error;
  const type = error instanceof Error && 'type' in error ? error.type : undefined;
  if (type === 'entity.parse.failed') {
    return new ApiProblem(
      'bad_json',
      'The body is not valid JSON. Check it for missing quotes, commas and brackets.',
    );
  }
  if (type === 'entity.too.large') {
    return new ApiProblem('too_large', `The body may have at most ${MAX_JSON_BYTES} bytes.`);
  }
  if (type === 'request.aborted' || type === 'encoding.unsupported' || type === 'charset.unsupported') {
    return new ApiProblem('bad_header', 'The body could not be read as it was announced.');
  }
  if (isConnectionFailure(error) || isLockFailure(error)) {
    return new ApiProblem('unavailable', 'Nothing has been changed. Try again in a moment.', {
      headers: { 'retry-after': '2' },
    });
  }
  return new ApiProblem(
    'internal',
    'The request could not be carried out. The reason is in the log of the API.',
  );
}
