import { createHash } from 'node:crypto';
import { ApiProblem } from './problem.ts';

/** What a request's `If-Match` demands; `*` is met by whatever there is. */
export type IfMatch = '*' | readonly string[];

const ENTITY_TAG = /^(W\/)?"[\x21\x23-\x7e]*"$/;

/** The strong entity tag of a resource: another one after every change that its representation shows. */
export function entityTag(resource: unknown): string {
  const hash = createHash('sha256').update(JSON.stringify(resource));
  return `"${hash.digest('base64url').slice(0, 22)}"`;
}

/**
 * Reads `If-Match` (RFC 9110, 13.1.1).
 * @param needed whether a request without it is refused
 * @throws ApiProblem `precondition_required`; `bad_header` when it is not a list of entity tags
 */
export function parseIfMatch(header: string | undefined, needed: boolean): IfMatch {
  const text = header?.trim() ?? '';
  if (text === '') {
    if (!needed) return '*';
    throw new ApiProblem(
      'precondition_required',
      'Send If-Match with the ETag that you read, so that nobody else’s change is overwritten unseen; or * to ' +
        'change it as it is now.',
    );
  }
  if (text === '*') return '*';
  const tags = text.split(',').map((tag) => tag.trim());
  if (tags.every((tag) => ENTITY_TAG.test(tag))) return tags;
  throw new ApiProblem(
    'bad_header',
    'If-Match is * or a list of ETags as they were sent, with their quotes.',
  );
}

/**
 * Holds the resource as it is now, under its lock, against what the request demands.
 * @throws ApiProblem `precondition_failed`
 */
export function assertMatch(ifMatch: IfMatch, current: string): void {
  if (ifMatch === '*' || ifMatch.includes(current)) return;
  if (ifMatch.includes(`W/${current}`)) {
    throw new ApiProblem(
      'precondition_failed',
      'If-Match names the present state by a weak tag, which proves nothing. Send it without W/: something between has weakened it.',
      { headers: { etag: current } },
    );
  }
  throw new ApiProblem(
    'precondition_failed',
    'It was changed after you read it, and nothing was changed now. Read it again and repeat your change on what it is.',
    { headers: { etag: current } },
  );
}
