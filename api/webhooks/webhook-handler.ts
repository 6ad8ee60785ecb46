import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from '../../config/log.ts';
import { savedContentStore } from '../../database/saved-content.ts';
import { PermanentError, TransientError } from '../../domain/errors.ts';
import type { ContentNotice } from '../../providers/provider.ts';
import type { SavedContentStore } from '../../providers/saved-content.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { InboundIntake } from './inbound-intake.ts';
import { InboundTexts } from './inbound-text.ts';
import { ReceiptIntake } from './receipt-intake.ts';
import { WebhookProviders } from './webhook-providers.ts';

/** Largest body of a webhook. */
const MAX_BYTES = 1_048_576;
export const WEBHOOK_PREFIX = '/webhooks/';

/**
 * Answers providers' webhooks: verify over the raw body, store, commit, and only then 200.
 *
 * 405 for another method than POST, 401 and nothing stored for a wrong proof, 404 for an unknown integration, 413 for
 * a body over 1 MiB, 400 for one that can't be read, 503 when the inbox can't be written or too many reports wait for it:
 * the provider then tries again. It is never 429: Sinch would lower the throughput of the account, which has done nothing
 * wrong. Inbound messages wait for no report: they have an inbox and a way of their own. A plain handler, because Express
 * spends three times the time.
 */
export function createWebhookHandler(
  deps: ApiDependencies,
): (request: IncomingMessage, response: ServerResponse) => void {
  const intake = new ReceiptIntake(deps);
  const inboundIntake = new InboundIntake(deps);
  const inboundTexts = new InboundTexts(deps);
  const providers = new WebhookProviders(deps);
  const savedContent = savedContentStore(deps.pool);

  const answer = async (request: IncomingMessage): Promise<number> => {
    if (request.method !== 'POST') return 405;
    const receivedAt = Date.now();
    const [integrationId = '', ...path] =
      (request.url ?? '').slice(WEBHOOK_PREFIX.length).split('?')[0]?.split('/') ?? [];
    const body = await readBody(request);
    if (!body) return 413;
    const webhook = { path, headers: request.headers, body };
    const provider = await providers.senderOf(integrationId, webhook);
    if (provider === 'unknown') return 404;
    if (provider === 'forged') return 401;
    const {
      receipts,
      contents = [],
      inbound = [],
      unreadable = 0,
    } = provider.parseWebhook(webhook, receivedAt);
    if (unreadable > 0)
      deps.log.warn(
        { integrationId, unreadable },
        'entries of a webhook could not be read, or say not whose they are, and are dropped',
      );
    const texts = await inboundIntake.store(integrationId, inbound);
    await intake.store(receipts.map((receipt) => ({ integrationId, receipt })));
    if (contents.length > 0) await noteContents(savedContent, integrationId, contents);
    await Promise.all(texts.map((text) => inboundTexts.fetch(text)));
    return 200;
  };

  return (request, response) => {
    answer(request)
      .catch((error: unknown) => statusOfError(error, deps.log))
      .then((status) => {
        // What was not read of a refused body must not be taken for the next request.
        if (status === 413) response.setHeader('connection', 'close');
        if (status === 405) response.setHeader('allow', 'POST');
        response.writeHead(status).end();
      })
      .catch(() => response.destroy());
  };
}

async function noteContents(
  store: SavedContentStore,
  integrationId: string,
  contents: readonly ContentNotice[],
): Promise<void> {
  for (const { reference, isReady, statusCode, error } of contents) {
    if (isReady) await store.ready(integrationId, reference);
    else await store.refused(integrationId, { reference }, { statusCode, error });
  }
}

function statusOfError(error: unknown, log: Logger): number {
  if (error instanceof PermanentError && error.code === 'webhook_unreadable') {
    log.warn({ err: error }, 'an authentic webhook could not be read');
    return 400;
  }
  if (error instanceof TransientError && error.code === 'webhook_broken_off') {
    log.warn({ code: error.code }, 'a webhook was broken off before it had come whole');
    return 400;
  }
  if (error instanceof TransientError && error.code === 'inbox_full') {
    log.warn({ code: error.code }, 'a webhook was refused; the provider is asked to try again');
    return 503;
  }
  log.error({ err: error }, 'a webhook could not be stored; the provider is asked to try again');
  return 503;
}

/** The raw body, undefined when it is too large. @throws TransientError `webhook_broken_off` */
function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    if (Number(request.headers['content-length'] ?? 0) > MAX_BYTES) {
      resolve(undefined);
      return;
    }
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= MAX_BYTES) chunks.push(chunk);
      else {
        request.pause();
        resolve(undefined);
      }
    });
    request.once('end', () => resolve(Buffer.concat(chunks)));
    const brokenOff = (): void => {
      reject(
        new TransientError('webhook_broken_off', 'The webhook was broken off before it had come whole.'),
      );
    };
    request.once('error', brokenOff);
    request.once('close', () => {
      // An error for each that came whole would be a tenth of what this process does.
      if (!request.complete) brokenOff();
    });
  });
}
