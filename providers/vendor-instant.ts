/** An instant further away than this from when it was received is not believed. */
const MAX_CLOCK_ERROR_MS = 35 * 86_400_000;
/** Of numbers, smaller ones are seconds: as milliseconds they would lie in 1973 or before. */
const SECONDS_BELOW = 1e11;

/** Day, time, and offset, whose colon or minutes may be missing; so may the offset. */
const ISO =
  /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?) ?(?:(Z)|([+-]\d{2})(?::?(\d{2}))?)?$/i;

/**
 * A vendor's instant, milliseconds since the epoch: a text, whose offset may lack its colon or be missing (then it is UTC), or
 * seconds or milliseconds since the epoch.
 * @returns `receivedAt` where it is none, or one that is not believed
 */
export function vendorInstant(given: string | number | null | undefined, receivedAt: number): number {
  const at = read(given);
  return Number.isNaN(at) || Math.abs(at - receivedAt) > MAX_CLOCK_ERROR_MS ? receivedAt : at;
}

function read(given: string | number | null | undefined): number {
  if (typeof given === 'number') return given < SECONDS_BELOW ? given * 1_000 : given;
  const text = (given ?? '').trim();
  if (/^\d{9,13}(?:\.\d+)?$/.test(text)) return read(Number(text));
  const [, day, time, , hours, minutes = '00'] = ISO.exec(text) ?? [];
  if (day === undefined || time === undefined) return Date.parse(text);
  return Date.parse(`${day}T${time.replace(',', '.')}${hours === undefined ? 'Z' : `${hours}:${minutes}`}`);
}
