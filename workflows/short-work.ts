import { patched, workflowInfo } from '@temporalio/workflow';
import { ActivityFailure, ApplicationFailure, TimeoutFailure } from '@temporalio/common';
import type { Activities } from '../domain/activities.ts';
import type { ActivityProxies } from './activity-proxy.ts';

/** When the local activities of one workflow task have taken so long, the next work is no local one. */
const TOGETHER_MS = 3_000;

interface Executable {
  executeWithOptions(options: { summary?: string }, args: readonly unknown[]): Promise<unknown>;
}

/**
 * Short work for the database: a local activity, one event of history, while the database answers.
 *
 * A local activity must not outlive its workflow task (10 s). If it does and something else comes in meanwhile, the two
 * come back in one order in the first run and in another at a replay, which can't be followed then. So each gets little
 * time, and what takes longer becomes an activity like any other.
 *
 * One runs at a time: two local activities that are under way at once may come back in one activation at a replay and
 * in two in the first run. One after the other they always come back alone.
 */
export class ShortWork {
  private readonly activities: ActivityProxies;
  private last: Promise<unknown> = Promise.resolve();
  private waiting = 0;
  private task = { historyLength: 0, startedAt: 0 };

  constructor(activities: ActivityProxies) {
    this.activities = activities;
  }

  /** Whether some is under way or waits. */
  get isBusy(): boolean {
    return this.waiting > 0;
  }

  /** @throws ActivityFailure when trying again can not mend it */
  run<Name extends keyof Activities>(
    name: Name,
    args: Parameters<Activities[Name]>,
    summary?: string,
  ): Promise<Awaited<ReturnType<Activities[Name]>>> {
    const options = summary === undefined ? {} : { summary };
    this.waiting += 1;
    const result = this.last
      .then(() => this.carryOut(name, options, args))
      .finally(() => {
        this.waiting -= 1;
      });
    this.last = result.catch(() => undefined);
    // What the activity of that name answers.
    return result as Promise<Awaited<ReturnType<Activities[Name]>>>;
  }

  private async carryOut(
    name: string,
    options: { summary?: string },
    args: readonly unknown[],
  ): Promise<unknown> {
    if (!this.isTaskSpent()) {
      try {
        return await executable(this.activities.short, name).executeWithOptions(options, args);
      } catch (error) {
        if (isFinal(error)) throw error;
      }
    }
    return executable(this.activities.long, name).executeWithOptions(options, args);
  }

  private isTaskSpent(): boolean {
    const { historyLength } = workflowInfo();
    if (historyLength !== this.task.historyLength) this.task = { historyLength, startedAt: Date.now() };
    return Date.now() - this.task.startedAt > TOGETHER_MS && patched('short-work-ends-with-its-task');
  }
}

/** The proxy makes an activity of any name; which there are is the table's to know. */
function executable(proxy: unknown, name: string): Executable {
  return (proxy as Readonly<Record<string, Executable>>)[name] ?? noActivity(name);
}

function noActivity(name: string): Executable {
  throw new Error(`There is no activity "${name}".`);
}

/** Whether the activity itself has said that trying again mends nothing. A replay brings a timeout without its wrapping. */
function isFinal(error: unknown): boolean {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  return cause instanceof ApplicationFailure
    ? (cause.nonRetryable ?? false)
    : !(cause instanceof TimeoutFailure);
}
