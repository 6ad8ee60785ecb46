import { mediaTypeNamed, type MediaType } from '../../domain/media-type.ts';
import type { MediaReference } from '../../domain/message-content.ts';

/**
 * The text stands in the first slide, with the first medium; each further medium has a slide of its own.
 *
 * An object, such as a contact card, always has one to itself: the text is before it then.
 */
export function slidesOf(media: readonly MediaReference[], text: string): readonly object[] {
  const [first, ...others] = media;
  const said = { 'message-text': text };
  if (!first || objectOf(first) !== undefined) return [said, ...media.map(mediumOf)];
  return [{ ...mediumOf(first), ...said }, ...others.map(mediumOf)];
}

function mediumOf(medium: MediaReference): object {
  const [kind = ''] = medium.contentType.toLowerCase().split('/');
  const name = objectOf(medium) ?? (MEDIA.has(kind) ? kind : 'image');
  return { [name]: { url: medium.url } };
}

function objectOf({ contentType }: MediaReference): string | undefined {
  const type = mediaTypeNamed(contentType);
  return type && OBJECT_OF_TYPE[type];
}

const MEDIA = new Set(['image', 'audio', 'video']);
/** A contact card is called as the introduction of Sinch's JSON API does; its older XML API says `vcard`. Not confirmed by a call. */
const OBJECT_OF_TYPE: Readonly<Partial<Record<MediaType, string>>> = {
  'text/vcard': 'contact',
  'text/calendar': 'calendar',
  'application/pdf': 'pdf',
};
