import type { HttpAnswer } from './http-client.ts';

/** `Tue, 05 Jan 2027 08:00:00 GMT`; `Date.parse` alone takes nearly any text for a date. */
const HTTP_DATE = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

/** `Retry-After`, given in seconds or as a date, in milliseconds; null when there is none that can be read. */
export function retryAfter(answer: HttpAnswer): number | null {
  const value = answer.headers['retry-after'];
  if (typeof value !== 'string') return null;
  if (/^\d+$/.test(value)) return Number(value) * 1_000;
  const at = HTTP_DATE.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(at) ? null : Math.max(0, at - Date.now());
}

/** The value of a JSON text, undefined when it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
