import { kindOf, mediaTypeNamed, mediaTypeOf, type MediaKind, type MediaType } from '../domain/media-type.ts';
import { isHere, type MediaCheck, type MediaFile } from './media-check.ts';

/** A file as a call names it. */
export interface NamedFile {
  readonly url: string;
  /** What the call says that it is. */
  readonly contentType?: string | undefined;
  readonly kind?: MediaKind;
}

/** A file of an MMS, as far as it is known. */
export interface Medium {
  /** As its server, the call or the ending of its address say, in this order. */
  readonly type: MediaType | undefined;
  readonly kind: MediaKind | undefined;
  /** Null where its server has no such file, undefined where nobody has looked. */
  readonly file: MediaFile | null | undefined;
}

/** Describes a file. @param check undefined where nobody looks at files */
export async function mediumOf(named: NamedFile, check: MediaCheck | undefined): Promise<Medium> {
  const { url, contentType, kind } = named;
  const file = check && isHere(url) ? ((await check.fileAt(url)) ?? null) : undefined;
  const type =
    mediaTypeNamed(file?.contentType ?? '') ?? mediaTypeNamed(contentType ?? '') ?? mediaTypeOf(url);
  return { type, kind: type ? kindOf(type) : kind, file };
}

/** Bytes of all files whose size is known. */
export function knownBytes(media: readonly Medium[]): number {
  return media.reduce((sum, { file }) => sum + (file?.bytes ?? 0), 0);
}
