/**
 * How long something will go on, guessed from how far it has come, in words.
 * @param done share of it that is done, 0 to 1
 */
export function timeLeft(elapsedMs: number, done: number): string {
  if (done <= 0) return 'nobody knows how long';
  const seconds = Math.round((elapsedMs * (1 - Math.min(done, 1))) / done / 1_000);
  return seconds < 60 ? `about ${seconds} s` : `about ${Math.round(seconds / 60)} min`;
}
