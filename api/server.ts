import { createServer, type IncomingMessage, type Server } from 'node:http';
import { createApp } from './app.ts';
import type { ApiDependencies } from './dependencies.ts';
import { createWebhookHandler, WEBHOOK_PREFIX } from './webhooks/webhook-handler.ts';

/** How long a request may come in: an import of any length takes its time over a slow line. */
const REQUEST_MS = 12 * 3_600_000;
const HEADERS_MS = 60_000;
/** After how long without a byte a body counts as broken off. */
const BODY_IDLE_MS = 120_000;

/** The HTTP server: webhooks are answered in front of Express. */
export function createApiServer(deps: ApiDependencies, bodyIdleMs = BODY_IDLE_MS): Server {
  const app = createApp(deps);
  const webhooks = createWebhookHandler(deps);
  const limits = { requestTimeout: REQUEST_MS, headersTimeout: HEADERS_MS };
  return createServer(limits, (request, response) => {
    limitIdleBody(request, bodyIdleMs);
    if (request.url?.startsWith(WEBHOOK_PREFIX)) webhooks(request, response);
    else app(request, response);
  });
}

/** Closes the connection of whoever stops sending in the middle of a body; an answer may take as long as it takes. */
function limitIdleBody(request: IncomingMessage, idleMs: number): void {
  const { 'transfer-encoding': encoding, 'content-length': length } = request.headers;
  if (encoding === undefined && !(Number(length) > 0)) return;
  request.setTimeout(idleMs);
  request.once('end', () => request.setTimeout(0));
}
