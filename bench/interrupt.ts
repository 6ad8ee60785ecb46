type Stop = () => Promise<void>;

const open = new Set<Stop>();

/** Notes what must be stopped if the measurement is interrupted. @returns the same, to be called once it is over */
export function stopOnInterrupt(stop: Stop): Stop {
  const once = async (): Promise<void> => {
    if (open.delete(once)) await stop();
  };
  open.add(once);
  return once;
}

/** Stops everything that is still open, the newest first. */
export async function stopEverything(): Promise<void> {
  for (const stop of [...open].reverse()) await stop();
}
