import { Router, type Response } from 'express';
import { readHostedMessage } from '../../database/hosted-message.ts';
import { MESSAGE_PAGES, MessageLinks } from '../../database/message-links.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { contentPage, noticePage, type Page } from './page.ts';

const NOT_FOUND = noticePage('There is no message at this address.');
const GONE = noticePage('This message is not shown any more.');
const UNAVAILABLE = noticePage('This message can not be shown right now. Try again in a moment.');

/**
 * Shows what an MMS says to whoever has its link, which stands in the SMS in its place.
 *
 * A link is a secret: it is in no log, no search engine keeps the page, and nothing that the page leads to learns of it.
 */
export function messagePages({
  pool,
  config,
  log,
}: Pick<ApiDependencies, 'pool' | 'config' | 'log'>): Router {
  const links = new MessageLinks(config);
  const router = Router();
  router.get(`${MESSAGE_PAGES}/:token`, async (request, response) => {
    try {
      const id = links.idOf(request.params.token);
      const message = id === undefined ? undefined : await readHostedMessage(pool, id);
      if (!message) send(response, 404, NOT_FOUND);
      else if (message.expired || message.content === null) send(response, 410, GONE);
      else send(response, 200, contentPage(message.content));
    } catch (error) {
      log.error({ err: error }, 'the page of a message could not be made');
      response.set('retry-after', '2');
      send(response, 503, UNAVAILABLE);
    }
  });
  return router;
}

function send(response: Response, status: number, { html, policy }: Page): void {
  response
    .status(status)
    .set({
      'cache-control': 'private, no-cache',
      'content-security-policy': policy,
      'referrer-policy': 'no-referrer',
      'x-robots-tag': 'noindex, nofollow',
    })
    .type('html')
    .send(html);
}
