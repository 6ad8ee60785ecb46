import express, { type NextFunction, type Request, type Response, type Router } from 'express';
import { z } from 'zod';
import { isStorable } from '../domain/storable.ts';
import { asSentence, issueText } from '../nodes/shared/issue-text.ts';
import { pointerOf, type Problem } from '../domain/validation/problem.ts';
import { projectOf } from './auth.ts';
import { parseIfMatch, type IfMatch } from './entity-tag.ts';
import type { ErrorCode } from './errors.ts';
import { ApiProblem } from './problem.ts';
import { changesResource, takesIfMatch, type AnyRoute } from './route.ts';

/** Largest JSON body. */
const MAX_JSON_BYTES = 1_048_576;

const NO_QUERY = z.strictObject({});

/** Adds a route to a router: its schemas check what its handler gets. */
export function mount(router: Router, route: AnyRoute): void {
  const unread = route.rawBody ? [] : [limitUnread];
  const json = route.body
    ? [express.json({ limit: MAX_JSON_BYTES, strict: true, type: () => true })]
    : unread;
  router[route.method](route.path, ...json, async (request, response) => {
    const answer = await route.handle({
      params: parse(route.params, request.params, 'not_found'),
      query: parse(route.query ?? NO_QUERY, request.query, 'bad_query'),
      body: parse(route.body, request.body, 'bad_body'),
      project: projectOf(response),
      ifMatch: ifMatchOf(route, request),
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

/** @throws ApiProblem `precondition_required`; `bad_header` where it would not be looked at */
function ifMatchOf(route: AnyRoute, { headers }: Request): IfMatch {
  const header = headers['if-match'];
  if (header !== undefined && !takesIfMatch(route))
    throw new ApiProblem('bad_header', 'This operation does not look at If-Match. Leave it out.');
  return parseIfMatch(header, changesResource(route));
}

/** A body that nobody reads has a limit too. @throws ApiProblem `too_large` */
function limitUnread(request: Request, _response: Response, next: NextFunction): void {
  if (Number(request.headers['content-length'] ?? 0) > MAX_JSON_BYTES) throw tooLarge();
  next();
}

export function tooLarge(): ApiProblem {
  return new ApiProblem('too_large', `The body may have at most ${MAX_JSON_BYTES} bytes.`);
}

function parse<T extends z.ZodType>(schema: T | undefined, value: unknown, code: ErrorCode): z.output<T> {
  if (!schema) return undefined as z.output<T>;
  if (!isStorable(value)) {
    throw new ApiProblem(
      code,
      "It contains what can't be stored: a NUL character, half a surrogate pair, or too deep a nesting.",
    );
  }
  const unkept = unkeptNames(value);
  const parsed = schema.safeParse(value ?? {}, { error: issueText });
  if (parsed.success && unkept.length === 0) return parsed.data;
  const problems = [...unkept, ...(parsed.error?.issues ?? []).flatMap(problemsOf)];
  throw new ApiProblem(
    code,
    problems.map(({ pointer, message }) => `${pointer || 'The body'}: ${message}`).join(' '),
    {
      problems,
    },
  );
}

/** Fields that an object of JavaScript does not keep: their name is taken. */
function unkeptNames(value: unknown, path: readonly string[] = []): readonly Problem[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, part]) =>
    name === '__proto__'
      ? [
          {
            pointer: pointerOf(...path, name),
            code: 'bad_field',
            message: `No field can be called "${name}".`,
          },
        ]
      : unkeptNames(part, [...path, name]),
  );
}

function problemsOf(issue: z.core.$ZodIssue): readonly Problem[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      pointer: pointerOf(...issue.path, key),
      code: 'unknown_field',
      message: `There is no field "${key}" here. ${issue.message}`.trimEnd(),
    }));
  }
  return [{ pointer: pointerOf(...issue.path), code: 'bad_field', message: asSentence(issue.message) }];
}
