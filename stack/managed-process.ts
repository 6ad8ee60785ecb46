import { spawn, type ChildProcess } from 'node:child_process';
import { openSync, closeSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import type { Variables } from '../config/environment.ts';
import { STOP_PATIENCE_MS } from './leftovers.ts';
import { lastWords } from './last-words.ts';
import { say } from './say.ts';
import type { Owner } from './postgres/owner.ts';

export interface ProcessOptions {
  readonly name: string;
  readonly command: readonly string[];
  readonly environment: Variables;
  readonly logFile: string;
  readonly cwd: string;
  readonly owner?: Owner | undefined;
  /** How it is asked to end. */
  readonly stopSignal: NodeJS.Signals;
  /** Whether it can be used; asked until it says so. Processes without it tell by themselves that they are ready. */
  readonly isReady?: () => Promise<boolean>;
  readonly onStart: (pid: number) => void;
}

const READY_MS = 60_000;
const POLL_MS = 50;
const MAX_BACKOFF_MS = 10_000;
/** A process that lived this long begins again with short pauses. */
const STABLE_MS = 5_000;

/** A child process that is started again when it ends by itself. */
export class ManagedProcess {
  private readonly options: ProcessOptions;
  private child: ChildProcess | undefined;
  private stopping = false;
  private failures = 0;

  constructor(options: ProcessOptions) {
    this.options = options;
  }

  /** Starts it and waits until it can be used. @throws Error when it ends before */
  async start(): Promise<void> {
    const child = this.launch();
    const { name, logFile, isReady } = this.options;
    let told = false;
    child.once('message', () => {
      told = true;
    });
    const until = Date.now() + READY_MS;
    while (!(isReady ? await isReady() : told)) {
      if (child.exitCode !== null || child.signalCode !== null || Date.now() > until) {
        this.stopping = true;
        throw new Error(`${name} did not start. Its log is ${logFile}.${await lastWords(logFile)}`);
      }
      await pause(POLL_MS);
    }
    child.on('exit', () => this.restart());
  }

  async stop(): Promise<void> {
    this.stopping = true;
    const { child } = this;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill(this.options.stopSignal);
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_PATIENCE_MS);
    await ended;
    clearTimeout(timer);
  }

  private launch(): ChildProcess {
    const { command, environment, logFile, cwd, owner, isReady, onStart } = this.options;
    const [program = '', ...args] = command;
    const log = openSync(logFile, 'a');
    try {
      // Detached: Ctrl-C reaches the supervisor alone, which stops its children in order.
      const child = spawn(program, args, {
        cwd,
        detached: true,
        env: environment,
        stdio: isReady ? ['ignore', log, log] : ['ignore', log, log, 'ipc'],
        ...owner,
      });
      child.on('error', (error) => say(`${this.options.name} could not be started: ${error.message}`));
      this.child = child;
      if (child.pid !== undefined) onStart(child.pid);
      return child;
    } finally {
      closeSync(log);
    }
  }

  private restart(): void {
    if (this.stopping) return;
    this.failures += 1;
    const pauseMs = Math.min(250 * 2 ** this.failures, MAX_BACKOFF_MS);
    say(`${this.options.name} has ended and is started again. Its log is ${this.options.logFile}.`);
    setTimeout(() => {
      if (this.stopping) return;
      const child = this.launch();
      const stable = setTimeout(() => (this.failures = 0), STABLE_MS);
      child.on('exit', () => {
        clearTimeout(stable);
        this.restart();
      });
    }, pauseMs);
  }
}
