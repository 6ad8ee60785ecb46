import { fork, type ChildProcess } from 'node:child_process';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { RenderAnswer, RenderJob, RenderResult } from './protocol.ts';

const CHILD = path.join(import.meta.dirname, 'render-child.mjs');
const HEAP_MB = 96;
/** How long a child may take to start before it counts as dead. */
const START_MS = 20_000;

/** Node's permission model: the second wall around a template. The folder of modules may be a link to another one. */
function permissionFlags(): readonly string[] {
  const modules = path.dirname(path.dirname(createRequire(import.meta.url).resolve('nunjucks/package.json')));
  const linkedModules = path.join(import.meta.dirname, '..', 'node_modules');
  const flag =
    Number(process.versions.node.split('.')[0]) >= 23 ? '--permission' : '--experimental-permission';
  // Node 20 dies of a folder that is named twice.
  const readable = new Set([import.meta.dirname, modules, linkedModules]);
  return [
    flag,
    ...[...readable].map((folder) => `--allow-fs-read=${path.join(folder, '*')}`),
    '--disable-warning=ExperimentalWarning',
  ];
}

export type BatchOutcome =
  | { readonly kind: 'done'; readonly results: readonly RenderResult[] }
  /** Ran out of time and was killed with its process. */
  | { readonly kind: 'timeout' }
  /** The process died while it had the batch, out of memory or by another's hand. */
  | { readonly kind: 'died' }
  /** No process could be started. */
  | { readonly kind: 'unavailable' };

/** One render process, started when it is first needed and again after it was killed. */
export class RenderProcess {
  private child: ChildProcess | undefined;
  private ready: Promise<boolean> | undefined;

  /** Renders one batch; the time counts from the moment at which the process has it. */
  async render(job: RenderJob, timeoutMs: number): Promise<BatchOutcome> {
    this.ready ??= this.start();
    const { ready } = this;
    if (!(await ready) || !this.child) {
      this.kill();
      return { kind: 'unavailable' };
    }
    return this.exchange(this.child, job, timeoutMs);
  }

  /** Starts the process ahead of its first batch. */
  async warm(): Promise<void> {
    this.ready ??= this.start();
    await this.ready;
  }

  kill(): void {
    this.child?.kill('SIGKILL');
    this.child = undefined;
    this.ready = undefined;
  }

  private start(): Promise<boolean> {
    const child = fork(CHILD, {
      env: {},
      execArgv: [`--max-old-space-size=${HEAP_MB}`, ...permissionFlags()],
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    this.child = child;
    // A parent that is done need not wait for its render processes; they end with the channel.
    child.unref();
    child.channel?.unref();
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), START_MS);
      const settle = (ok: boolean): void => {
        clearTimeout(timer);
        resolve(ok);
      };
      child.once('message', () => settle(true));
      child.once('error', () => settle(false));
      child.once('exit', () => {
        settle(false);
        this.forget(child);
      });
    });
  }

  /** Leaves a process that died behind, so that the next batch starts another one. */
  private forget(child: ChildProcess): void {
    if (this.child !== child) return;
    this.child = undefined;
    this.ready = undefined;
  }

  private exchange(child: ChildProcess, job: RenderJob, timeoutMs: number): Promise<BatchOutcome> {
    return new Promise((resolve) => {
      const settle = (outcome: BatchOutcome): void => {
        clearTimeout(timer);
        child.off('message', onMessage);
        child.off('exit', onExit);
        if (outcome.kind !== 'done' && this.child === child) this.kill();
        resolve(outcome);
      };
      // Only our own child writes on this channel, and it answers every job with a RenderAnswer.
      const onMessage = (message: unknown): void =>
        settle({ kind: 'done', results: (message as RenderAnswer).results });
      const onExit = (): void => settle({ kind: 'died' });
      const timer = setTimeout(() => settle({ kind: 'timeout' }), timeoutMs);
      child.once('message', onMessage);
      child.once('exit', onExit);
      child.send(job, (error) => {
        if (error) settle({ kind: 'died' });
      });
    });
  }
}
