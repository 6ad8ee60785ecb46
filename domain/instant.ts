const ISO_8601 =
  /^(?<day>\d{4}-\d{2}-\d{2})(?:[T ](?<time>\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)(?<offset>Z|[+-]\d{2}(?::?\d{2})?)?)?$/i;

/**
 * Reads an ISO 8601 date or instant; UTC where no offset is named.
 * @returns milliseconds since the epoch, undefined for what is no instant, such as February 30
 */
export function parseInstant(text: string): number | undefined {
  const { day, time = '00:00', offset = 'Z' } = ISO_8601.exec(text)?.groups ?? {};
  if (day === undefined || !isDay(day)) return undefined;
  const instant = Date.parse(`${day}T${time}${canonicalOffset(offset)}`);
  return Number.isNaN(instant) ? undefined : instant;
}

/** Whether the calendar has the day: `Date.parse` takes February 30 for the second of March. */
function isDay(day: string): boolean {
  const midnight = new Date(`${day}T00:00Z`);
  return !Number.isNaN(midnight.getTime()) && midnight.toISOString().startsWith(day);
}

/** `+02`, `+0200` and `+02:00` as `+02:00`. */
function canonicalOffset(offset: string): string {
  if (/^z$/i.test(offset)) return 'Z';
  return `${offset.slice(0, 3)}:${offset.slice(3).replace(':', '') || '00'}`;
}
