import { syncBuiltinESMExports } from 'node:module';
import timers from 'node:timers/promises';

/** A Wednesday, 12:00 Central. */
export const START = Date.UTC(2026, 10, 18, 18);

interface Timer {
  readonly at: number;
  readonly fire: () => void;
  /** Whether somebody still waits for it. */
  readonly matters: () => boolean;
}

/** A clock that stands still until it is told to go on. */
export class VirtualTime {
  now = START;
  private timers: Timer[] = [];

  after(ms: number, fire: () => void, matters: () => boolean = () => true): void {
    this.timers.push({ at: this.now + ms, fire, matters });
  }

  /** When the next timer fires that somebody waits for. */
  next(): number | undefined {
    const instants = this.timers.filter(({ matters }) => matters()).map(({ at }) => at);
    return instants.length === 0 ? undefined : Math.min(...instants);
  }

  /** Lets time pass, and fires what comes due. */
  advanceTo(instant: number): void {
    this.now = Math.max(this.now, instant);
    const due = this.timers.filter(({ at }) => at <= this.now).sort((a, b) => a.at - b.at);
    if (due.length === 0) return;
    this.timers = this.timers.filter(({ at }) => at > this.now);
    for (const { fire } of due) fire();
  }
}

/** The clock of the simulation that is under way: the engine's own code reads it. */
let current = new VirtualTime();

export function useTime(time: VirtualTime): void {
  current = time;
}

/** Stands for `setTimeout` of `node:timers/promises`. */
function pause(ms: number): Promise<void> {
  return new Promise((resolve) => current.after(ms, resolve));
}

/** Stands for `AbortSignal.timeout`, as far as it is used. */
function deadline(ms: number): Pick<AbortSignal, 'aborted' | 'addEventListener' | 'removeEventListener'> {
  const listeners = new Set<unknown>();
  const signal = {
    aborted: false,
    addEventListener: (_: string, listener: unknown) => void listeners.add(listener),
    removeEventListener: (_: string, listener: unknown) => void listeners.delete(listener),
  };
  const fire = (): void => {
    signal.aborted = true;
    for (const listener of listeners) if (typeof listener === 'function') (listener as () => void)();
  };
  current.after(ms, fire, () => false);
  return signal;
}

/** Resolves once everything has happened that needs neither time nor an answer: Node's ticks come after all promises. */
export function quiet(): Promise<void> {
  return new Promise((resolve) => process.nextTick(resolve));
}

/** Lets this whole process live by the virtual clock: it must be called before the engine's code is loaded. */
export function installTime(): void {
  Date.now = () => current.now;
  const replace = (owner: object, name: string, value: unknown): void => {
    Object.defineProperty(owner, name, { value, configurable: true, writable: true });
  };
  replace(performance, 'now', () => current.now - START);
  replace(globalThis, 'setImmediate', (call: () => void) => queueMicrotask(call));
  replace(AbortSignal, 'timeout', deadline);
  replace(timers, 'setTimeout', pause);
  syncBuiltinESMExports();
}
