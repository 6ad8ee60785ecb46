/**
 * Lets one local activity run at a time.
 *
 * Two that are under way at once may come back in one activation at a replay and in two in the first run: whatever
 * order the code after them then takes, it would not be the same. One after the other they always come back alone.
 */
export class ShortQueue {
  private last: Promise<unknown> = Promise.resolve();
  private waiting = 0;

  /** Whether one is under way or waits. */
  get isBusy(): boolean {
    return this.waiting > 0;
  }

  run<T>(activity: () => Promise<T>): Promise<T> {
    this.waiting += 1;
    const result = this.last.then(activity).finally(() => {
      this.waiting -= 1;
    });
    this.last = result.catch(() => undefined);
    return result;
  }
}
