import type { JsonObject } from '../domain/json.ts';
import { PermanentError, TransientError } from '../domain/errors.ts';
import type { RenderResult } from './protocol.ts';
import { RenderProcess, type BatchOutcome } from './render-process.ts';

/** How long a batch may take, and one customer alone once a batch has run out of time. */
const BATCH_MS = 500;
const ALONE_MS = 2_000;
/** How often a process is started for a batch before the machine is given up on. */
const MAX_STARTS = 3;
/** How often one customer alone may cost a process its life: once may be another's doing. */
const MAX_DEATHS_ALONE = 2;

export interface RenderRequest {
  /** Template sources by name. */
  readonly templates: Readonly<Record<string, string>>;
  readonly shared: JsonObject;
  readonly customers: readonly JsonObject[];
  /** What each customer's template can read as `message`, in the same order. Default: nothing. */
  readonly messages?: readonly JsonObject[];
}

export interface RenderPoolOptions {
  /** Default 2. */
  readonly processes?: number;
  readonly onKill?: () => void;
}

/**
 * Renders templates in processes that can be killed.
 *
 * A template that throws gives an error for its customer. A batch that runs out of time or whose process dies is
 * tried once more customer by customer. What fails alone too is the template's fault: one time-out, or two deaths, as
 * of a template that eats up the memory. A process that does not even start is the machine's fault.
 */
export class RenderPool {
  private readonly idle: RenderProcess[];
  private readonly waiting: ((process: RenderProcess) => void)[] = [];
  private readonly all: readonly RenderProcess[];
  private nextId = 1;
  private readonly onKill: () => void;

  /** @param onKill told when a process did not outlive a batch */
  constructor({ processes = 2, onKill = () => undefined }: RenderPoolOptions = {}) {
    this.onKill = onKill;
    this.all = Array.from({ length: processes }, () => new RenderProcess());
    this.idle = [...this.all];
  }

  /** Starts the processes ahead of the first request. */
  async warm(): Promise<void> {
    await Promise.all(this.all.map((process) => process.warm()));
  }

  /**
   * One result a customer, in the same order.
   * @throws PermanentError `template_timeout` when a template does not come to an end, or not within its memory
   * @throws TransientError `render_unavailable` when no process can be started
   */
  async render(request: RenderRequest): Promise<readonly RenderResult[]> {
    const outcome = await this.attempt(request, BATCH_MS);
    if (outcome.kind === 'done') return outcome.results;
    const results: RenderResult[] = [];
    const { messages, customers, ...same } = request;
    for (const [index, customer] of customers.entries()) {
      const own = { customers: [customer], ...(messages && { messages: messages.slice(index, index + 1) }) };
      results.push(...(await this.renderAlone({ ...same, ...own })));
    }
    return results;
  }

  close(): void {
    for (const process of this.all) process.kill();
  }

  private async renderAlone(request: RenderRequest): Promise<readonly RenderResult[]> {
    for (let deaths = 0; deaths < MAX_DEATHS_ALONE; deaths += 1) {
      const outcome = await this.attempt(request, ALONE_MS);
      if (outcome.kind === 'done') return outcome.results;
      if (outcome.kind === 'timeout') break;
    }
    throw new PermanentError(
      'template_timeout',
      'The template does not come to an end, or eats up the memory. Simplify its loops.',
    );
  }

  private async attempt(
    request: RenderRequest,
    timeoutMs: number,
  ): Promise<Exclude<BatchOutcome, { kind: 'unavailable' }>> {
    for (let starts = 0; starts < MAX_STARTS; starts += 1) {
      const process = await this.take();
      try {
        const outcome = await process.render({ id: this.nextId++, ...request }, timeoutMs);
        if (outcome.kind === 'timeout' || outcome.kind === 'died') this.onKill();
        if (outcome.kind !== 'unavailable') return outcome;
      } finally {
        this.give(process);
      }
    }
    throw new TransientError(
      'render_unavailable',
      'No render process can be started. Look at the memory of the machine.',
    );
  }

  private take(): Promise<RenderProcess> {
    const process = this.idle.pop();
    return process ? Promise.resolve(process) : new Promise((resolve) => this.waiting.push(resolve));
  }

  private give(process: RenderProcess): void {
    const next = this.waiting.shift();
    if (next) next(process);
    else this.idle.push(process);
  }
}
