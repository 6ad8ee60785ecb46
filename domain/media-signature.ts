import type { MediaType } from './media-type.ts';
import { isMpegAudio } from './mpeg-audio.ts';

/** From how many first bytes a type is told; a shorter file is told from all that it has. */
export const HEAD_BYTES = 4_096;

/** Brands of an ISO base media file; others, such as those of HEIC, AVIF and 3GP pictures and films, are not carried. */
const TYPE_OF_BRAND: readonly (readonly [brand: RegExp, type: MediaType])[] = [
  [/^qt {2}$/, 'video/quicktime'],
  [/^M4[AB] $/, 'audio/mp4'],
  [/^(isom|iso[2-9]|mp4[12]|avc1|M4V[ HP]|MSNV|mmp4|f4v |dash)$/, 'video/mp4'],
];
/** With what a film of the time before brands begins. */
const OLD_QUICKTIME = /^(moov|mdat|wide|free|skip)$/;

const TEXTS: readonly (readonly [beginning: RegExp, type: MediaType])[] = [
  [/^(\u00EF\u00BB\u00BF)?BEGIN:VCARD\r?\n/i, 'text/vcard'],
  [/^(\u00EF\u00BB\u00BF)?BEGIN:VCALENDAR\r?\n/i, 'text/calendar'],
  [/^%PDF-\d\.\d/, 'application/pdf'],
];

const PNG = '\x89PNG\r\n\x1A\n\0\0\0\x0DIHDR';
const JPEG = '\xFF\xD8\xFF';
const GIF = /^GIF8[79]a/;

/**
 * What a file is, told by its content alone; undefined when it is nothing that a message can carry.
 * @param head its first {@link HEAD_BYTES} bytes, or all if it has fewer
 */
export function detectMediaType(head: Uint8Array): MediaType | undefined {
  const text = latin1(head.subarray(0, 64));
  if (text.startsWith(PNG)) return 'image/png';
  if (text.startsWith(JPEG)) return 'image/jpeg';
  if (GIF.test(text)) return 'image/gif';
  if (isAdts(head)) return 'audio/aac';
  if (isMpegAudio(head)) return 'audio/mpeg';
  return boxType(text) ?? TEXTS.find(([beginning]) => beginning.test(text))?.[1];
}

function boxType(text: string): MediaType | undefined {
  const box = text.slice(4, 8);
  if (box === 'ftyp') {
    const brand = text.slice(8, 12);
    return TYPE_OF_BRAND.find(([pattern]) => pattern.test(brand))?.[1];
  }
  return OLD_QUICKTIME.test(box) ? 'video/quicktime' : undefined;
}

/** AAC in ADTS frames: twelve bits of synchronisation and a layer of zero, where MP3 has another. */
function isAdts(head: Uint8Array): boolean {
  const [first = 0, second = 0, third = 0] = head;
  const rate = (third >> 2) & 0xf;
  return first === 0xff && (second & 0xf6) === 0xf0 && rate < 13 && head.length > 7;
}

function latin1(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}
