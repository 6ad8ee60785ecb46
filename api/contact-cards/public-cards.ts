import { Router, type Response } from 'express';
import { readVcard } from '../../database/contact-cards.ts';
import type { Queryable } from '../../database/pool.ts';
import { VCARD_TYPE } from '../../domain/contact-card.ts';

/** Where cards are served for providers, by the hash of what they say. */
const PREFIX = '/cards';
const FILE = /^([0-9a-f]{64})\.vcf$/;
const A_YEAR_S = 31_536_000;

export function vcardUrl(publicUrl: string, contentHash: string): string {
  return `${publicUrl}${PREFIX}/${contentHash}.vcf`;
}

/** Sends a card as one piece of known length: Sinch refuses chunks. */
export function sendVcard(response: Response, vcard: string): void {
  response.status(200).set('content-type', `${VCARD_TYPE}; charset=utf-8`).send(Buffer.from(vcard, 'utf8'));
}

/** Cards for whoever knows their address, which nobody can guess who doesn't know what they say. */
export function publicCards(database: Queryable): Router {
  const router = Router();
  router.get(`${PREFIX}/:file`, async (request, response, next) => {
    const [, hash] = FILE.exec(request.params.file) ?? [];
    const vcard = hash === undefined ? undefined : await readVcard(database, hash);
    if (vcard === undefined) {
      next();
      return;
    }
    response.set('cache-control', `public, max-age=${A_YEAR_S}, immutable`);
    sendVcard(response, vcard);
  });
  return router;
}
