import { request, type Dispatcher } from 'undici';
import { isLoopback } from '../config/loopback.ts';

/** What a vendor posts; its headers carry its proof. */
export interface WebhookPost {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** How long a vendor waits for an answer. */
const PATIENCE_MS = 10_000;

/**
 * Posts a webhook once.
 * @param home where webhooks go that are meant for an address of this machine: it may have listened on another port before
 * @returns the status of the answer; undefined when there was none
 */
export async function postWebhook(
  url: string,
  { headers, body: text }: WebhookPost,
  { dispatcher, home }: { readonly dispatcher: Dispatcher; readonly home: string | undefined },
): Promise<number | undefined> {
  try {
    const { statusCode, body } = await request(addressOf(url, home), {
      method: 'POST',
      dispatcher,
      headers: { 'content-type': 'application/json', ...headers },
      body: text,
      headersTimeout: PATIENCE_MS,
      bodyTimeout: PATIENCE_MS,
    });
    await body.dump();
    return statusCode;
  } catch {
    return undefined;
  }
}

export function isSuccess(status: number | undefined): boolean {
  return status !== undefined && status >= 200 && status < 300;
}

function addressOf(url: string, home: string | undefined): string {
  if (home === undefined || !isLoopback(url)) return url;
  const { pathname, search } = new URL(url);
  return new URL(pathname + search, home).href;
}
