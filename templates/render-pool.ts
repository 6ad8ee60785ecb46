import type { JsonObject } from '../domain/json.ts';
import { PermanentError, TransientError } from '../domain/errors.ts';
import type { RenderResult } from './protocol.ts';
import { RenderProcess, type BatchOutcome } from './render-process.ts';

/** How long a batch may take, and one customer alone once a batch has run out of time. */
const BATCH_MS = 500;
const ALONE_MS = 2_000;
/** How often a batch whose process died is tried again. */
const MAX_DEATHS = 3;

export interface RenderRequest {
  /** Template sources by name. */
  readonly templates: Readonly<Record<string, string>>;
  readonly shared: JsonObject;
  readonly customers: readonly JsonObject[];
}

/**
 * Renders templates in processes that can be killed.
 *
 * A template that throws gives an error for its customer. One that runs out of time in a batch is tried once more
 * customer by customer; a second time-out is the template's fault.
 */
export class RenderPool {
  private readonly idle: RenderProcess[];
  private readonly waiting: ((process: RenderProcess) => void)[] = [];
  private readonly all: readonly RenderProcess[];
  private nextId = 1;

  constructor(processes = 2) {
    this.all = Array.from({ length: processes }, () => new RenderProcess());
    this.idle = [...this.all];
  }

  /** Starts the processes ahead of the first request. */
  async warm(): Promise<void> {
    await Promise.all(this.all.map((process) => process.warm()));
  }

  /**
   * One result a customer, in the same order.
   * @throws PermanentError `template_timeout` when a template does not come to an end
   * @throws TransientError `render_unavailable` when no process can be kept alive
   */
  async render(request: RenderRequest): Promise<readonly RenderResult[]> {
    const outcome = await this.attempt(request, BATCH_MS);
    if (outcome.kind === 'done') return outcome.results;
    const results: RenderResult[] = [];
    for (const customer of request.customers) {
      const alone = await this.attempt({ ...request, customers: [customer] }, ALONE_MS);
      if (alone.kind !== 'done') {
        throw new PermanentError(
          'template_timeout',
          'The template does not come to an end. Simplify its loops.',
        );
      }
      results.push(...alone.results);
    }
    return results;
  }

  close(): void {
    for (const process of this.all) process.kill();
  }

  private async attempt(
    request: RenderRequest,
    timeoutMs: number,
  ): Promise<Exclude<BatchOutcome, { kind: 'died' }>> {
    for (let deaths = 0; deaths < MAX_DEATHS; deaths += 1) {
      const process = await this.take();
      try {
        const outcome = await process.render({ id: this.nextId++, ...request }, timeoutMs);
        if (outcome.kind !== 'died') return outcome;
      } finally {
        this.give(process);
      }
    }
    // A template that kills its process every time (out of memory) is no better than one that never ends.
    if (request.customers.length === 1) return { kind: 'timeout' };
    throw new TransientError(
      'render_unavailable',
      'The render processes keep dying. Look at the memory of the machine.',
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
