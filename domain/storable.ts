/** What PostgreSQL stores in no text: NUL and half a surrogate pair. */
const UNSTORABLE = /[\0\p{Surrogate}]/u;
const EVERY_UNSTORABLE = new RegExp(UNSTORABLE, 'gu');
/** Deepest nesting of lists and objects that is stored. */
const MAX_DEPTH = 500;

/** Whether PostgreSQL keeps a value that was parsed from JSON exactly as it is. */
export function isStorable(value: unknown, depth = 0): boolean {
  if (typeof value === 'string') return !UNSTORABLE.test(value);
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value !== 'object' || value === null) return true;
  return (
    depth < MAX_DEPTH &&
    Object.entries(value).every(([name, part]) => isStorable(name) && isStorable(part, depth + 1))
  );
}

/** A text with the replacement character `U+FFFD` for whatever PostgreSQL can't store. */
export function storableText(text: string): string {
  return text.replace(EVERY_UNSTORABLE, '\uFFFD');
}
