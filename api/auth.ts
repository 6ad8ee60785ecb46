import { timingSafeEqual } from 'node:crypto';
import type { RequestHandler, Response } from 'express';
import { parseApiKey } from '../database/api-key.ts';
import type { Prisma } from '../database/prisma.ts';
import { ApiProblem } from './problem.ts';

/** Whom a request speaks for. */
export interface Project {
  readonly id: string;
  readonly key: string;
  readonly name: string;
  /** The key that is used, as it is named in what it decides. */
  readonly actor: string;
}

/** Answers 401 to whoever brings no valid key; afterwards {@link projectOf} tells whose request it is. */
export function authenticate(prisma: Prisma): RequestHandler {
  return async (request, response, next) => {
    const [, token = ''] = /^Bearer (\S+)$/i.exec(request.headers.authorization ?? '') ?? [];
    const given = parseApiKey(token);
    const stored =
      given &&
      (await prisma.apiKey.findUnique({ where: { shortId: given.shortId }, include: { project: true } }));
    if (!given || !stored || stored.revokedAt || !timingSafeEqual(given.secretHash, stored.secretHash)) {
      throw new ApiProblem(
        'unauthorised',
        'Send a valid key as "Authorization: Bearer <key>". The stack prints one at its start; npm run api-key makes another.',
        { headers: { 'www-authenticate': 'Bearer' } },
      );
    }
    const { id, key, name } = stored.project;
    const actor = `key ${stored.shortId}`;
    response.locals['project'] = { id, key, name, actor } satisfies Project;
    next();
  };
}

export function projectOf(response: Response): Project {
  return response.locals['project'] as Project;
}
