import type { Readable } from 'node:stream';
import { request, type Dispatcher } from 'undici';
import { LinkError } from './link-error.ts';
import { PrivateAddressError, publicAgent, type Resolve } from './public-agent.ts';

/** Most redirects that are followed. */
const MAX_REDIRECTS = 3;
/** How long everything may take, from the first question to the last byte. */
const FETCH_MS = 20_000;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

export interface FetchOptions {
  /** Whether links may lead to this machine, and be http at any port. Default false. */
  readonly allowLoopback?: boolean;
  /** Default 20 s. */
  readonly timeoutMs?: number;
  /** A file of which the server announces more is refused. Default: none. */
  readonly maxBytes?: number;
  /** Asks the names' servers. */
  readonly resolve?: Resolve;
}

/** A file as its server sends it. */
export interface FetchedFile {
  readonly bytes: AsyncIterable<Buffer>;
  readonly declaredType: string | undefined;
}

/**
 * Fetches a file from a host on the internet, once.
 *
 * Every address on the way is looked at, and connected to only where it is public. How much is read is for `take` to say.
 * @throws LinkError, and what `take` throws
 */
export async function fetchFile<T>(
  link: string,
  take: (file: FetchedFile) => Promise<T>,
  options: FetchOptions = {},
): Promise<T> {
  const { allowLoopback = false, timeoutMs = FETCH_MS, maxBytes = Infinity } = options;
  const agent = publicAgent({ allowLoopback, ...(options.resolve && { resolve: options.resolve }) });
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    const answer = await follow(allowedUrl(link, allowLoopback), { agent, signal, allowLoopback });
    assertFile(answer, maxBytes);
    return await take({ bytes: readable(answer.body), declaredType: textOf(answer.headers['content-type']) });
  } catch (error) {
    throw linkErrorOf(error, signal);
  } finally {
    // Whatever still comes in is of no use.
    void agent.destroy().catch(() => undefined);
  }
}

interface Surroundings {
  readonly agent: Dispatcher;
  readonly signal: AbortSignal;
  readonly allowLoopback: boolean;
}

async function follow(
  link: URL,
  { agent, signal, allowLoopback }: Surroundings,
): Promise<Dispatcher.ResponseData> {
  let url = link;
  for (let redirects = 0; ; redirects += 1) {
    const answer = await ask(url, agent, signal);
    if (!REDIRECTS.has(answer.statusCode)) return answer;
    answer.body.destroy();
    if (redirects === MAX_REDIRECTS) throw failed(`The server redirects more than ${MAX_REDIRECTS} times.`);
    const next = allowedUrl(textOf(answer.headers['location']) ?? '', allowLoopback, url);
    if (url.protocol === 'https:' && next.protocol !== 'https:')
      throw refused('The server redirects from https to http.');
    url = next;
  }
}

async function ask(url: URL, dispatcher: Dispatcher, signal: AbortSignal): Promise<Dispatcher.ResponseData> {
  const headers = { accept: '*/*', 'accept-encoding': 'identity', 'user-agent': 'Tidings' };
  try {
    const answer = await request(url, { dispatcher, signal, headers });
    // It may be given up while nobody reads it.
    answer.body.on('error', () => undefined);
    return answer;
  } catch (error) {
    throw new ConnectionError(error);
  }
}

function assertFile({ statusCode, headers }: Dispatcher.ResponseData, maxBytes: number): void {
  if (statusCode !== 200) throw failed(`The server answers ${statusCode} instead of the file.`);
  const encoding = textOf(headers['content-encoding']) ?? 'identity';
  if (encoding.toLowerCase() !== 'identity') throw failed('The server sends the file compressed, unasked.');
  if (Number(headers['content-length'] ?? 0) > maxBytes)
    throw new LinkError('too_large', `The server announces more than ${maxBytes} bytes.`);
}

/** @throws LinkError `refused` */
function allowedUrl(text: string, allowLoopback: boolean, base?: URL): URL {
  if (text === '' || !URL.canParse(text, base?.href))
    throw refused('The address is none, or the server redirects to one that is none.');
  const url = new URL(text, base?.href);
  if (url.protocol !== 'https:' && !(allowLoopback && url.protocol === 'http:'))
    throw refused('Files are fetched by https alone.');
  if (url.username !== '' || url.password !== '')
    throw refused('The address holds a user name or a password.');
  if (url.port !== '' && !allowLoopback) throw refused('Files are fetched from the usual port alone, 443.');
  return url;
}

/** The bytes of an answer; an error of the connection says that it is one. */
async function* readable(body: Readable): AsyncGenerator<Buffer> {
  try {
    // The body of an answer has no encoding set, so that it yields buffers.
    for await (const part of body as AsyncIterable<Buffer>) yield part;
  } catch (error) {
    throw new ConnectionError(error);
  }
}

class ConnectionError extends Error {
  constructor(cause: unknown) {
    super('The connection broke.', { cause });
    this.name = 'ConnectionError';
  }
}

function linkErrorOf(error: unknown, signal: AbortSignal): unknown {
  if (!(error instanceof ConnectionError)) return error;
  if (error.cause instanceof PrivateAddressError)
    return refused('The address leads to a host that is not on the internet.', error);
  if (signal.aborted) return failed('The file did not come in time.', error);
  return failed('The server can’t be reached, or broke off in the middle of the file.', error);
}

function textOf(header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' ? header : header?.[0];
}

function refused(detail: string, cause?: unknown): LinkError {
  return new LinkError('refused', detail, { cause });
}

function failed(detail: string, cause?: unknown): LinkError {
  return new LinkError('failed', detail, { cause });
}
