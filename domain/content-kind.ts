import type { MediaReference } from './message-content.ts';
import { MEDIA_KINDS, type MediaKind } from './media-type.ts';

/** What an MMS brings, as far as handsets differ in what they take; an `object` is a contact card, a calendar entry or a document. */
export type ContentKind = 'text' | MediaKind;

/** The more a handset must be able to do, the further behind. */
const DEMANDS: readonly ContentKind[] = ['text', 'image', 'gif', 'audio', 'video', 'object'];

/** For how long it is remembered that a number does not take a kind. */
export const HANDSET_KNOWN_DAYS = 90;

/** The most demanding of what a message brings; `text` where it brings no media. */
export function contentKindOf(media: readonly Pick<MediaReference, 'contentType'>[]): ContentKind {
  const demands = media.map(({ contentType }) => DEMANDS.indexOf(kindOfType(contentType)));
  return DEMANDS[Math.max(0, ...demands)] ?? 'text';
}

function kindOfType(contentType: string): MediaKind {
  if (contentType === 'image/gif') return 'gif';
  return MEDIA_KINDS.find((kind) => contentType.startsWith(`${kind}/`)) ?? 'object';
}
