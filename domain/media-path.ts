import { endingOf, type MediaType } from './media-type.ts';

/** Below it this installation serves files to everybody. */
export const MEDIA_PREFIX = '/media/';

const OWN_PATH = /^\/media\/([0-9a-f]{64})\.[a-z0-9]{2,5}$/;

/** The path under which a stored file is served. @param hash SHA-256 of its content, in hexadecimal */
export function mediaPath(hash: string, type: MediaType): string {
  return `${MEDIA_PREFIX}${hash}.${endingOf(type)}`;
}

/** The hash that a path names; undefined when no stored file has such a path. The one that has this hash may have another ending. */
export function hashOfPath(path: string): string | undefined {
  return OWN_PATH.exec(path)?.[1];
}

/** The path of an address that this installation serves; undefined when it belongs to somebody else. */
export function ownPathOf(url: string, publicUrl: string): string | undefined {
  const path = url.startsWith(publicUrl) ? url.slice(publicUrl.length) : url;
  return path.startsWith(MEDIA_PREFIX) ? path : undefined;
}
