/** Where a command tells people what it is doing: standard error, so that standard output stays its result's. */
export function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** Tells every so often that a long step still goes on, with the time that it has taken. */
export async function sayWhile<T>(text: string, work: () => Promise<T>, everyMs = 15_000): Promise<T> {
  const start = Date.now();
  const timer = setInterval(
    () => say(`  … ${text}: ${Math.round((Date.now() - start) / 1_000)} s so far`),
    everyMs,
  );
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}
