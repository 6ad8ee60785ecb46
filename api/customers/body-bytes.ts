import type { Readable } from 'node:stream';

const BYTE_ORDER_MARK = Buffer.from('\uFEFF');

/** The bytes of a body without a byte order mark; who stops reading leaves the body open, so that it can be answered. */
export async function* bodyBytes(body: Readable): AsyncGenerator<Buffer> {
  let first: Buffer | undefined = Buffer.alloc(0);
  for await (const chunk of body.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    if (!first) {
      yield chunk;
      continue;
    }
    first = Buffer.concat([first, chunk]);
    if (first.length < BYTE_ORDER_MARK.length) continue;
    yield withoutMark(first);
    first = undefined;
  }
  if (first) yield first;
}

function withoutMark(bytes: Buffer): Buffer {
  return bytes.subarray(0, BYTE_ORDER_MARK.length).equals(BYTE_ORDER_MARK)
    ? bytes.subarray(BYTE_ORDER_MARK.length)
    : bytes;
}
