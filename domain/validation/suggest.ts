import { closest, distance } from 'fastest-levenshtein';

/**
 * A sentence that helps whoever mistyped a name: the nearest known one, or the whole list when none is near.
 * Begins with a blank; empty when nothing is known.
 */
export function suggest(name: string, known: readonly string[]): string {
  if (known.length === 0) return '';
  const nearest = closest(name.toLowerCase(), [...known]);
  if (distance(name.toLowerCase(), nearest.toLowerCase()) <= Math.max(2, Math.floor(name.length / 3))) {
    return ` Did you mean "${nearest}"?`;
  }
  return ` Known: ${known.map((item) => `"${item}"`).join(', ')}.`;
}
