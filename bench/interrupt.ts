type Stop = () => Promise<void>;

const open = new Set<Stop>();

/** Notes what must be stopped if the measurement is interrupted. @returns the same, to be called once it is over */
export function stopOnInterrupt(stop: Stop): Stop {
  let stopping: Promise<void> | undefined;
  // Who comes second waits as long: the process may end after either.
  const once = async (): Promise<void> => {
    stopping ??= stop();
    await stopping;
    open.delete(once);
  };
  open.add(once);
  return once;
}

/** Stops everything that is still open, the newest first. */
export async function stopEverything(): Promise<void> {
  for (const stop of [...open].reverse()) await stop();
}
