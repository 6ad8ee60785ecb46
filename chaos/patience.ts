import { setTimeout as pause } from 'node:timers/promises';

/** Something that was to come about did not. */
export class Impatience extends Error {}

/** Asks again and again until there is an answer; what fails meanwhile counts as none. @throws Impatience */
export async function until<T>(
  what: string,
  ask: () => T | undefined | Promise<T | undefined>,
  timeoutMs = 60_000,
): Promise<T> {
  const end = Date.now() + timeoutMs;
  let last: unknown;
  for (;;) {
    try {
      const answer = await ask();
      if (answer !== undefined) return answer;
    } catch (error) {
      last = error;
    }
    if (Date.now() > end) {
      const why = last instanceof Error ? ` (${last.message})` : '';
      throw new Impatience(`${what}: nothing of it within ${Math.round(timeoutMs / 1_000)} s${why}.`);
    }
    await pause(100);
  }
}
