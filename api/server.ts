import { createServer, type Server } from 'node:http';
import { createApp } from './app.ts';
import type { ApiDependencies } from './dependencies.ts';
import { createWebhookHandler, WEBHOOK_PREFIX } from './webhooks/webhook-handler.ts';

/** The HTTP server: webhooks are answered in front of Express. */
export function createApiServer(deps: ApiDependencies): Server {
  const app = createApp(deps);
  const webhooks = createWebhookHandler(deps);
  return createServer((request, response) => {
    if (request.url?.startsWith(WEBHOOK_PREFIX)) webhooks(request, response);
    else app(request, response);
  });
}
