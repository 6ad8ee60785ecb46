import type { MediaType } from '../../domain/media-type.ts';

/** How an image is shown. */
export interface ImageFacts {
  readonly width: number;
  readonly height: number;
  /** 1 unless it is an animation. */
  readonly frames: number;
}

/** A file that messages can carry, without its content. */
export interface StoredMedia {
  readonly id: string;
  /** SHA-256 of its content, in hexadecimal. */
  readonly hash: string;
  readonly contentType: MediaType;
  readonly bytes: number;
  /** Null of what is no image. */
  readonly image: ImageFacts | null;
  /** What it was made smaller from; null of what was sent, or when that has been removed. */
  readonly sourceId: string | null;
  readonly createdAt: Date;
}

/** Of the table `media`, in the form of {@link StoredMedia}. */
export const MEDIA_COLUMNS = `media.id, media.hash, media.content_type AS "contentType", media.bytes,
  CASE WHEN media.width IS NOT NULL THEN
    json_build_object('width', media.width, 'height', media.height, 'frames', media.frames) END AS image,
  media.source_id AS "sourceId", media.created_at AS "createdAt"`;
