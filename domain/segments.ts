import { GSM_SEPTETS } from './gsm-alphabet.ts';

export type TextEncoding = 'GSM-7' | 'UCS-2';

/** What an SMS of a text consists of. */
export interface Segments {
  readonly encoding: TextEncoding;
  /** At least one: an empty SMS is one. */
  readonly segments: number;
  /** Septets (GSM-7) or 16-bit units (UCS-2) of the text, without headers and what is left empty. */
  readonly units: number;
  /** Most units of one of its segments. */
  readonly unitsPerSegment: number;
  readonly lastSegment: { readonly used: number; readonly left: number };
}

/** A character that GSM-7 does not have. */
export interface ForcingCharacter {
  readonly character: string;
  /** Such as `U+201C`. */
  readonly codePoint: string;
  /** Where it stands first, in UTF-16 units from 0. */
  readonly position: number;
}

/**
 * Units of a segment that goes alone, and of one of several: those give up six of their 140 octets to a header (UDH).
 *
 * Source: 3GPP TS 23.040, 9.2.3.24.1.
 */
const ROOM: Readonly<Record<TextEncoding, { readonly alone: number; readonly joined: number }>> = {
  'GSM-7': { alone: 160, joined: 153 },
  'UCS-2': { alone: 70, joined: 67 },
};

/**
 * Counts the segments of an SMS as it is sent: GSM-7 where that has every character, else UCS-2 for all of it.
 *
 * No character is parted: two septets of the extension table, or the two halves of a surrogate pair, stand in one segment.
 */
export function countSegments(text: string): Segments {
  const characters = Array.from(text);
  const septets = characters.map((character) => GSM_SEPTETS.get(character));
  const encoding = septets.includes(undefined) ? 'UCS-2' : 'GSM-7';
  const sizes =
    encoding === 'UCS-2' ? characters.map(({ length }) => length) : septets.map((size) => size ?? 1);
  return { encoding, ...divide(sizes, ROOM[encoding]) };
}

function divide(
  sizes: readonly number[],
  { alone, joined }: (typeof ROOM)[TextEncoding],
): Omit<Segments, 'encoding'> {
  const units = sizes.reduce((sum, size) => sum + size, 0);
  if (units <= alone)
    return { segments: 1, units, unitsPerSegment: alone, lastSegment: { used: units, left: alone - units } };
  let segments = 1;
  let used = 0;
  for (const size of sizes) {
    if (used + size > joined) {
      segments += 1;
      used = 0;
    }
    used += size;
  }
  return { segments, units, unitsPerSegment: joined, lastSegment: { used, left: joined - used } };
}

/** Each character, once and in the order of the text, for which GSM-7 can't be used; none where it is. */
export function forcingCharacters(text: string): readonly ForcingCharacter[] {
  const found = new Map<string, ForcingCharacter>();
  let position = 0;
  for (const character of text) {
    if (!GSM_SEPTETS.has(character) && !found.has(character))
      found.set(character, { character, codePoint: codePointOf(character), position });
    position += character.length;
  }
  return [...found.values()];
}

function codePointOf(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}
