import type { ErrorRequestHandler } from 'express';
import type { Logger } from '../config/log.ts';
import { isConnectionFailure, isLockFailure } from '../database/postgres-error.ts';
import { tooLarge } from './mount.ts';
import { ApiProblem } from './problem.ts';

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
    // A client that is still sending reads no answer before it has sent everything.
    request.resume();
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
    return tooLarge();
  }
  if (error instanceof URIError) {
    return new ApiProblem('bad_address', 'The address is not properly percent-encoded.');
  }
  if (isFaultOfRequest(error)) {
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

/** Whether Express, or what reads a body for it, blames the request. */
function isFaultOfRequest(error: unknown): boolean {
  const status = error instanceof Error && 'status' in error ? error.status : undefined;
  return typeof status === 'number' && status >= 400 && status < 500;
}
