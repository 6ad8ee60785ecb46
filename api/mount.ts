import express, { type NextFunction, type Request, type Response, type Router } from 'express';
import { z } from 'zod';
import { projectOf } from './auth.ts';
import { parseIfMatch, type IfMatch } from './entity-tag.ts';
import { parseInput } from './parse-input.ts';
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
      params: parseInput(route.params, request.params, 'not_found'),
      query: parseInput(route.query ?? NO_QUERY, request.query, 'bad_query'),
      body: parseInput(route.body, request.body, 'bad_body'),
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
