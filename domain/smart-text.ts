import { countSegments } from './segments.ts';
import { SMART_REPLACEMENTS } from './smart-replacements.ts';

/**
 * A text with typographic characters in the form that GSM-7 has, where that makes it a GSM-7 text.
 *
 * All or nothing: a text that needs UCS-2 for another character stays as it is, for nothing would be won, and emoji and scripts
 * need the invisible characters between them. It never takes more segments than before.
 */
export function smartText(text: string): string {
  if (countSegments(text).encoding === 'GSM-7') return text;
  const replaced = Array.from(
    text.normalize('NFC'),
    (character) => SMART_REPLACEMENTS.get(character) ?? character,
  ).join('');
  const [before, after] = [countSegments(text), countSegments(replaced)];
  return after.encoding === 'GSM-7' && after.segments <= before.segments ? replaced : text;
}
