import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { RequestHandler } from 'express';
import { findServedMedia, readMediaBytes } from '../../database/media/read-media.ts';
import { hashOfPath, mediaPath } from '../../domain/media-path.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { byteRange } from './byte-range.ts';

const CACHE_CONTROL = 'public, max-age=86400, immutable';

/**
 * Serves stored files to whoever knows their hash, with the length and the type that providers ask for.
 *
 * A file is never a page: browsers are told to run nothing of it. What is no stored file is left to the next handler.
 */
export function serveMedia({ pool }: Pick<ApiDependencies, 'pool'>): RequestHandler {
  return async (request, response, next) => {
    const hash = hashOfPath(request.path);
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    const media = hash === undefined || !isRead ? undefined : await findServedMedia(pool, hash);
    if (!media || request.path !== mediaPath(media.hash, media.contentType)) {
      next();
      return;
    }
    const tag = `"${media.hash}"`;
    // Express would add a charset, of which nobody knows whether it is right.
    response.setHeaders(
      new Map([
        ['content-type', media.contentType],
        ['etag', tag],
        ['cache-control', CACHE_CONTROL],
        ['content-security-policy', "default-src 'none'; sandbox"],
      ]),
    );
    if (isKnown(request.headers['if-none-match'], tag)) {
      response.status(304).end();
      return;
    }
    response.setHeader('accept-ranges', 'bytes');
    const range = byteRange(request, media.bytes, tag);
    if (range === undefined) {
      response.status(416).setHeader('content-range', `bytes */${media.bytes}`).end();
      return;
    }
    const { from, to } = range;
    if (to - from < media.bytes)
      response.status(206).setHeader('content-range', `bytes ${from}-${to - 1}/${media.bytes}`);
    response.setHeader('content-length', to - from);
    if (request.method === 'HEAD') {
      response.end();
      return;
    }
    // Whoever hangs up, or a file that is removed meanwhile, ends the connection: the length has been promised.
    await pipeline(Readable.from(readMediaBytes(pool, { id: media.id, ...range })), response).catch(
      () => undefined,
    );
  };
}

function isKnown(header: string | undefined, tag: string): boolean {
  if (header === undefined) return false;
  return header.split(',').some((known) => [tag, `W/${tag}`, '*'].includes(known.trim()));
}
