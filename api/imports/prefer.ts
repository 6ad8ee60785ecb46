const QUOTED = /"(?:[^"\\]|\\.)*"/g;
const RESPOND_ASYNC = /^respond-async\s*(=\s*(""\s*)?)?$/i;

/** Whether a `Prefer` header (RFC 7240) asks for an answer before the work is done. */
export function prefersAsync(header: string | readonly string[] | undefined): boolean {
  const text = typeof header === 'string' ? header : (header ?? []).join(',');
  // What is quoted may hold commas and semicolons of its own.
  const preferences = text.replace(QUOTED, (quoted) => (quoted === '""' ? quoted : '"…"')).split(',');
  return preferences.some((preference) => RESPOND_ASYNC.test((preference.split(';')[0] ?? '').trim()));
}
