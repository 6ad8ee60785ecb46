import type { Request } from 'express';

/** From a byte up to, and without, another one. */
export interface ByteRange {
  readonly from: number;
  readonly to: number;
}

/**
 * What of a file a request asks for: all of it, unless it names one part (RFC 9110, 14). Several parts at once are not served: who
 * asks for them gets all.
 * @param tag of the file; who has a part of another one gets all as well
 * @returns undefined where the part lies outside of the file
 */
export function byteRange(request: Request, bytes: number, tag: string): ByteRange | undefined {
  const all = { from: 0, to: bytes };
  const condition = request.headers['if-range'];
  if (request.method !== 'GET' || (condition !== undefined && condition !== tag)) return all;
  const asked = request.range(bytes);
  if (asked === -1) return undefined;
  if (asked === undefined || asked === -2 || asked.type !== 'bytes') return all;
  const [part, another] = asked;
  return part === undefined || another !== undefined ? all : { from: part.start, to: part.end + 1 };
}
