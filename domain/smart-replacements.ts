/**
 * What is written instead of characters that GSM-7 lacks, by what is written: each says the same to a reader.
 *
 * Letters keep their accents, and nothing that means something by itself (signs, fractions, emoji) is touched. Code points stand
 * here as escapes, since many can't be told apart, or seen.
 */
const REPLACED: Readonly<Record<string, string>> = {
  // Single quotes, primes, grave and acute as apostrophes.
  "'": '\u2018\u2019\u201A\u201B\u2032\u2035\u2039\u203A\u02B9\u02BB\u02BC\u02C8\u0060\u00B4\uFF07',
  // Double quotes and primes.
  '"': '\u201C\u201D\u201E\u201F\u2033\u2036\u00AB\u00BB\u02BA\u02DD\u3003\uFF02',
  // Hyphens, dashes, minus.
  '-': '\u2010\u2011\u2012\u2013\u2014\u2015\u2043\u2212\uFE58\uFE63\uFF0D',
  '...': '\u2026',
  '..': '\u2025',
  '.': '\u2024',
  '*': '\u2022\u2023\u2217\u25CF\u25E6',
  '/': '\u2044\u2215',
  ':': '\u2236',
  '~': '\u02DC\u223C',
  '^': '\u02C6',
  // Tab, non-breaking, typographic and ideographic spaces.
  ' ': '\u0009\u00A0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200A\u202F\u205F\u3000',
  // Line and paragraph separators.
  '\n': '\u000B\u0085\u2028\u2029',
  // Latin ligatures.
  ff: '\uFB00',
  fi: '\uFB01',
  fl: '\uFB02',
  ffi: '\uFB03',
  ffl: '\uFB04',
  st: '\uFB05\uFB06',
  IJ: '\u0132',
  ij: '\u0133',
  // What nobody sees: soft hyphen, zero-width characters, marks and isolates of direction, variation selectors, byte-order mark.
  '': '\u00AD\u034F\u061C\u200B\u200C\u200D\u200E\u200F\u2060\u2066\u2067\u2068\u2069\uFE0E\uFE0F\uFEFF',
};

/** By character that GSM-7 lacks, what is written instead. */
export const SMART_REPLACEMENTS: ReadonlyMap<string, string> = new Map(
  Object.entries(REPLACED).flatMap(([written, characters]) =>
    Array.from(characters, (character) => [character, written] as const),
  ),
);
