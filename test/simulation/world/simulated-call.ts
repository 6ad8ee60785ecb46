import type { Dispatcher } from 'undici';
import type { Operation, Operations } from './operations.ts';
import type { SimulatedProcess } from './simulated-process.ts';

/** A call's answer, or the error that ends it. */
export type Answer = { readonly status: number; readonly body: string } | { readonly error: string };

/** How long the bytes of a call may be on their way, so that a claim's grace outlasts it. */
const LONGEST_WAY_MS = 30_000;

/** One call: its bytes leave, reach the provider, and an answer comes back; each when the scheduler says so. */
export class SimulatedCall implements Operation {
  readonly process: SimulatedProcess;
  start: (luck: number) => Answer | undefined = () => undefined;
  receive: (luck: number) => Answer | undefined = () => undefined;
  /** Whether the caller has kept its bytes in. */
  refused = false;
  private readonly handler: Dispatcher.DispatchHandler;
  private readonly kind: string;
  private readonly operations: Operations;
  private stage: 'start' | 'receive' | 'answer' | 'silent' = 'start';
  private answer: Answer | undefined;
  private unheard = false;
  private begunAt = 0;
  private readonly now: () => number;

  constructor(
    process: SimulatedProcess,
    handler: Dispatcher.DispatchHandler,
    kind: string,
    operations: Operations,
    now: () => number,
  ) {
    this.process = process;
    this.handler = handler;
    this.kind = kind;
    this.operations = operations;
    this.now = now;
  }

  get what(): string {
    return `${this.process.name}: ${this.kind}, ${this.stage}`;
  }

  ready(): boolean {
    const { state } = this.process;
    return this.stage === 'receive' || (this.stage !== 'silent' && state === 'running');
  }

  /** The moment before the first byte leaves. */
  begin(): void {
    this.begunAt = this.now();
    try {
      this.handler.onRequestStart?.(this.controller(), {});
    } catch (error) {
      this.refused = true;
      this.fail(error instanceof Error ? error : new Error(String(error)));
    }
  }

  /** What has left arrives within half a minute, or never. */
  expire(): void {
    if (this.stage === 'receive' && this.now() - this.begunAt >= LONGEST_WAY_MS) this.proceed(0);
  }

  proceed(luck: number): void {
    if (this.stage === 'start') {
      const answer = this.start(luck);
      if (this.refused) return;
      this.answer = answer;
      this.stage = answer ? 'answer' : 'receive';
    } else if (this.stage === 'receive') {
      this.answer = this.receive(luck);
      this.stage = this.answer ? 'answer' : 'silent';
      if (this.unheard || this.process.state === 'dead') this.operations.remove(this);
    } else if (this.answer) {
      this.give(this.answer);
    }
  }

  /** What has left is on its way: only the answer finds nobody. */
  abandon(): void {
    this.unheard = true;
    if (this.stage !== 'receive') this.operations.remove(this);
  }

  private give(answer: Answer): void {
    if ('error' in answer) {
      this.fail(Object.assign(new Error(answer.error), { code: answer.error }));
      return;
    }
    this.operations.remove(this);
    const controller = this.controller();
    this.handler.onResponseStart?.(controller, answer.status, {});
    this.handler.onResponseData?.(controller, Buffer.from(answer.body));
    this.handler.onResponseEnd?.(controller, {});
  }

  private fail(error: Error): void {
    this.operations.remove(this);
    this.handler.onResponseError?.(this.controller(), error);
  }

  private controller(): Dispatcher.DispatchController {
    const ignored = (): void => undefined;
    return {
      aborted: false,
      paused: false,
      reason: null,
      abort: () => this.abandon(),
      pause: ignored,
      resume: ignored,
    };
  }
}
