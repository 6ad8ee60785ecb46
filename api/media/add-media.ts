import { Readable } from 'node:stream';
import type { KeptMedia } from '../../database/media/receive-media.ts';
import type { StoredMedia } from '../../database/media/stored-media.ts';
import type { Pool } from '../../database/pool.ts';
import { kindOf, type MediaKind } from '../../domain/media-type.ts';
import { oneImageAtATime } from './image-work.ts';
import { readContent, receiveMedia } from './receive-media.ts';
import { canRecompress, recompress } from './recompress.ts';

/** What was done to make a file smaller. */
export type Recompression = 'done' | 'not_needed' | 'not_possible' | 'off';

export interface AddedMedia {
  readonly original: StoredMedia;
  /** What is to be sent: the original itself, unless something smaller was made of it. */
  readonly result: StoredMedia;
  readonly recompression: Recompression;
  /** Bytes that were aimed at; null where there was no aim. */
  readonly target: number | null;
  /** Whether the project did not have the original or the result before. */
  readonly isNew: boolean;
}

export interface RecompressionWish {
  readonly recompress: boolean;
  /** Bytes that a file of a kind is to have at most. */
  readonly targetOf: (kind: MediaKind) => number | undefined;
}

/** Makes a file that has been stored small enough, and stores what came of it beside it. */
export async function makeSmaller(
  pool: Pool,
  projectId: string,
  { media: original, isNew }: KeptMedia,
  { recompress: isWanted, targetOf }: RecompressionWish,
): Promise<AddedMedia> {
  const { contentType } = original;
  const target = targetOf(kindOf(contentType)) ?? null;
  const as = (recompression: Recompression): AddedMedia => ({
    ...{ original, result: original, recompression, target, isNew },
  });
  if (!isWanted) return as('off');
  if (target === null || original.bytes <= target) return as('not_needed');
  if (!canRecompress(contentType)) return as('not_possible');
  const smaller = await oneImageAtATime(async () =>
    recompress(await readContent(pool, original), contentType, target),
  );
  if (!smaller) return as('not_possible');
  const kept = await receiveMedia(pool, projectId, {
    bytes: Readable.from(pieces(smaller.content)),
    declaredType: smaller.contentType,
    sourceId: original.id,
  });
  return { original, result: kept.media, recompression: 'done', target, isNew: isNew || kept.isNew };
}

const PIECE_BYTES = 262_144;

function* pieces(content: Buffer): Generator<Buffer> {
  for (let at = 0; at < content.length; at += PIECE_BYTES) yield content.subarray(at, at + PIECE_BYTES);
}
