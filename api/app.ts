import { readFile } from 'node:fs/promises';
import path from 'node:path';
import express, { Router, type Express } from 'express';
import { authenticate } from './auth.ts';
import type { ApiDependencies } from './dependencies.ts';
import { docsPage } from './docs-page.ts';
import { serveMedia } from './media/serve-media.ts';
import { messagePages } from './message-pages/message-pages.ts';
import { mount } from './mount.ts';
import { openApiDocument } from './openapi.ts';
import { problemHandler } from './problem-handler.ts';
import { ApiProblem } from './problem.ts';
import type { AnyRoute } from './route.ts';
import { publicCards } from './contact-cards/public-cards.ts';
import { contactCardRoutes } from './routes/contact-cards.ts';
import { customerRoutes } from './routes/customers.ts';
import { holdRoutes } from './routes/holds.ts';
import { importRoutes } from './routes/imports.ts';
import { inboundRoutes } from './routes/inbound.ts';
import { integrationRoutes } from './routes/integrations.ts';
import { launchRoutes } from './routes/launch.ts';
import { mediaRoutes } from './routes/media.ts';
import { messageRoutes } from './routes/messages.ts';
import { previewRoutes } from './routes/previews.ts';
import { projectRoutes } from './routes/project.ts';
import { receiptRoutes } from './routes/receipts.ts';
import { runControlRoutes } from './routes/run-control.ts';
import { runRoutes } from './routes/runs.ts';
import { scenarioCopyRoutes } from './routes/scenario-copies.ts';
import { scenarioRoutes } from './routes/scenarios.ts';
import { senderRoutes } from './routes/senders.ts';
import { suppressionRoutes } from './routes/suppressions.ts';
import { testRecipientRoutes } from './routes/test-recipients.ts';
import { testSendRoutes } from './routes/test-sends.ts';
import { textRoutes } from './routes/texts.ts';
import { scenarioJsonSchema } from './scenarios/document.ts';

const ROOT = path.join(import.meta.dirname, '..');

/** Every operation of the API. */
export function apiRoutes(deps: ApiDependencies): readonly AnyRoute[] {
  return [
    ...scenarioRoutes(deps),
    ...scenarioCopyRoutes(deps),
    ...previewRoutes(deps),
    ...launchRoutes(deps),
    ...testSendRoutes(deps),
    ...runRoutes(deps),
    ...runControlRoutes(deps),
    ...messageRoutes(deps),
    ...receiptRoutes(deps),
    ...inboundRoutes(deps),
    ...projectRoutes(deps),
    ...mediaRoutes(deps),
    ...holdRoutes(deps),
    ...senderRoutes(deps),
    ...integrationRoutes(deps),
    ...contactCardRoutes(deps),
    ...importRoutes(deps),
    ...customerRoutes(deps),
    ...suppressionRoutes(deps),
    ...testRecipientRoutes(deps),
    ...textRoutes(),
  ];
}

/** The Express application: everything but the webhooks, which a plain handler answers in front of it. */
export function createApp(deps: ApiDependencies): Express {
  const routes = apiRoutes(deps);
  const app = express();
  app.disable('x-powered-by');
  app.set('query parser', 'simple');
  // Only what can be changed has a tag, which its route gives it.
  app.set('etag', false);
  app.use((_request, response, next) => {
    response.set({ 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' });
    next();
  });
  app.use(publicPages(deps, routes));
  const api = Router();
  api.use('/v1', authenticate(deps.prisma));
  for (const route of routes) mount(api, route);
  app.use(api);
  app.use((request) => {
    const allow = routes
      .filter((route) => pathPattern(route.path).test(request.path))
      .map((route) => route.method.toUpperCase())
      .join(', ');
    if (allow !== '') {
      throw new ApiProblem(
        'method_not_allowed',
        `${request.path} takes ${allow}, not ${request.method}. See /docs.`,
        { headers: { allow } },
      );
    }
    throw new ApiProblem('not_found', 'There is nothing at this address. The API is described at /docs.');
  });
  app.use(problemHandler(deps.log));
  return app;
}

function pathPattern(template: string): RegExp {
  return new RegExp(`^${template.replace(/:\w+/g, '[^/]+')}$`);
}

/** What anybody may read: health, descriptions, error codes, media, contact cards by their hash, messages by their link. */
function publicPages({ pool, config, log }: ApiDependencies, routes: readonly AnyRoute[]): Router {
  const router = Router();
  const openApi = openApiDocument(routes, config.publicUrl);
  const schema = scenarioJsonSchema();
  router.get('/', (_request, response) => response.redirect('/docs'));
  router.get('/health', (_request, response) => void response.json({ status: 'ok' }));
  router.get('/ready', async (_request, response) => {
    await pool.query('SELECT 1');
    response.json({ status: 'ready' });
  });
  router.get('/openapi.json', (_request, response) => void response.json(openApi));
  router.get('/schemas/scenario.json', (_request, response) => void response.json(schema));
  router.get('/errors', async (_request, response) => {
    response.type('text/markdown').send(await readFile(path.join(ROOT, 'docs', 'errors.md'), 'utf8'));
  });
  router.use(serveMedia({ pool }));
  router.use('/media', express.static(path.join(ROOT, 'examples', 'media'), { index: false, maxAge: '1h' }));
  router.use(publicCards(pool));
  router.use(messagePages({ pool, config, log }));
  router.use(docsPage());
  return router;
}
