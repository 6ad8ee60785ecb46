import { createHash } from 'node:crypto';
import {
  appendMediaChunk,
  dropMedia,
  keepMedia,
  MAX_RECEIVING,
  openMedia,
  type KeptMedia,
} from '../../database/media/receive-media.ts';
import { readMediaBytes } from '../../database/media/read-media.ts';
import type { Pool } from '../../database/pool.ts';
import { detectMediaType, HEAD_BYTES } from '../../domain/media-signature.ts';
import { contradicts, kindOf, MEDIA_TYPE_NAMES, type MediaType } from '../../domain/media-type.ts';
import { ApiProblem } from '../problem.ts';
import { oneImageAtATime } from './image-work.ts';
import { inspectImage, isImage } from './inspect-image.ts';
import { MAX_BYTES, MAX_MEDIA_BYTES } from './media-limits.ts';

const CHUNK_BYTES = 262_144;
/** After how long without a stored byte somebody else may remove what has come in. */
const LEASE_MS = 300_000;

/** A file that comes in. */
export interface IncomingMedia {
  readonly bytes: AsyncIterable<Buffer>;
  /** What its sender calls it. */
  readonly declaredType: string | undefined;
  /** What must come true before it counts, such as the end of the body that it is a part of. */
  readonly whole?: Promise<unknown>;
  /** Of what it was made smaller. */
  readonly sourceId?: string;
}

/**
 * Stores a file under the hash of its content while it comes in; nobody sees it before it is known to be whole and harmless.
 *
 * What is refused or breaks off leaves nothing. The same content is stored once, however often it is sent.
 * @throws ApiProblem `too_large`, `too_many_uploads`, `unknown_media_type`, `media_type_mismatch`, `broken_media`, `image_too_large`
 */
export async function receiveMedia(
  pool: Pool,
  projectId: string,
  incoming: IncomingMedia,
): Promise<KeptMedia> {
  const id = await openMedia(pool, projectId, LEASE_MS);
  if (id === undefined) throw tooMany();
  try {
    const { hash, contentType, bytes } = await store(pool, id, incoming);
    await incoming.whole;
    const image = isImage(contentType)
      ? await oneImageAtATime(async () => inspectImage(await readContent(pool, { id, bytes }), contentType))
      : null;
    const kept = await keepMedia(pool, projectId, id, {
      ...{ hash, contentType, image },
      sourceId: incoming.sourceId ?? null,
    });
    if (!kept) throw givenUp();
    return kept;
  } catch (error) {
    // Where the database is away, the sweep removes it later.
    await dropMedia(pool, id).catch(() => undefined);
    throw error;
  }
}

/** The whole content of a stored file. */
export async function readContent(
  pool: Pool,
  file: { readonly id: string; readonly bytes: number },
): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of readMediaBytes(pool, { id: file.id, to: file.bytes })) parts.push(part);
  return Buffer.concat(parts);
}

interface StoredBytes {
  readonly hash: string;
  readonly contentType: MediaType;
  readonly bytes: number;
}

async function store(pool: Pool, id: string, { bytes, declaredType }: IncomingMedia): Promise<StoredBytes> {
  const hash = createHash('sha256');
  const found: { type?: MediaType } = {};
  let parts: Buffer[] = [];
  let waiting = 0;
  let total = 0;
  const flush = async (): Promise<void> => {
    const data = Buffer.concat(parts);
    // What is no medium is refused before the rest of it has come in.
    found.type ??= typeOf(data, declaredType);
    if (!(await appendMediaChunk(pool, id, data, LEASE_MS))) throw givenUp();
    parts = [];
    waiting = 0;
  };
  for await (const part of bytes) {
    total += part.length;
    if (total > maxBytes(found.type)) throw tooLarge(found.type);
    hash.update(part);
    parts.push(part);
    waiting += part.length;
    if (waiting >= (found.type ? CHUNK_BYTES : HEAD_BYTES)) await flush();
  }
  if (waiting > 0) await flush();
  const contentType = found.type ?? typeOf(Buffer.alloc(0), declaredType);
  if (total > maxBytes(contentType)) throw tooLarge(contentType);
  return { hash: hash.digest('hex'), contentType, bytes: total };
}

function typeOf(beginning: Buffer, declared: string | undefined): MediaType {
  const found = detectMediaType(beginning.subarray(0, HEAD_BYTES));
  if (!found) {
    throw new ApiProblem(
      'unknown_media_type',
      `What is in the file is none of ${MEDIA_TYPE_NAMES.join(', ')}; its name does not count. Convert it.`,
    );
  }
  if (contradicts(declared, found)) {
    throw new ApiProblem(
      'media_type_mismatch',
      `The file is ${found}, and it is sent as ${storable(declared)}. Send it as what it is, or as application/octet-stream.`,
    );
  }
  return found;
}

/** Of a header that anybody may have written. */
function storable(header = ''): string {
  return header.replace(/[^\x20-\x7e]/g, '?').slice(0, 100);
}

function maxBytes(type: MediaType | undefined): number {
  return type === undefined ? MAX_MEDIA_BYTES : MAX_BYTES[kindOf(type)];
}

/** @param type undefined where it is not known yet */
export function tooLarge(type?: MediaType): ApiProblem {
  const of = type === undefined ? '' : ` of type ${type}`;
  return new ApiProblem('too_large', `A file${of} may have at most ${maxBytes(type)} bytes.`);
}

function tooMany(): ApiProblem {
  return new ApiProblem(
    'too_many_uploads',
    `${MAX_RECEIVING} files of the project are coming in. Wait until one of them is stored.`,
    { headers: { 'retry-after': '5' } },
  );
}

function givenUp(): ApiProblem {
  return new ApiProblem(
    'unavailable',
    'The file came in too slowly, and nothing was stored of it. Try again.',
  );
}
