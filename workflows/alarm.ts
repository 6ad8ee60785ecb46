import { CancellationScope, sleep } from '@temporalio/workflow';

/** The one timer of a workflow: set anew only when its instant changes. */
export class Alarm {
  fired = false;
  private instant: number | undefined;
  private scope: CancellationScope | undefined;

  /** Rings at the instant, or earlier if it was to ring earlier: while things are moving the timer is left alone. */
  advance(instant: number | undefined, summary: string): void {
    if (instant !== undefined && instant < (this.instant ?? Infinity)) this.set(instant, summary);
  }

  /** Rings at the instant (milliseconds since the epoch), or not at all. */
  set(instant: number | undefined, summary: string): void {
    if (instant === this.instant) return;
    this.scope?.cancel();
    this.scope = undefined;
    this.fired = false;
    this.instant = instant;
    if (instant === undefined) return;
    const scope = new CancellationScope();
    this.scope = scope;
    scope
      .run(() => sleep(Math.max(1, instant - Date.now()), { summary }))
      .then(
        () => {
          if (this.scope !== scope) return;
          this.fired = true;
          this.instant = undefined;
        },
        () => undefined,
      );
  }
}
