import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import type { Variables } from '../config/environment.ts';
import { stopOnInterrupt } from './interrupt.ts';

const ROOT = path.join(import.meta.dirname, '..');

/** A process of a measurement, which tells by a message that it is ready. */
export class Child {
  private readonly process: ChildProcess;
  private readonly file: string;
  readonly stop = stopOnInterrupt(() => this.end());

  /** @param file below the repository */
  constructor(file: string, variables: Variables, args: readonly string[] = []) {
    this.file = file;
    this.process = spawn(process.execPath, ['--import', 'tsx', path.join(ROOT, file), ...args], {
      cwd: ROOT,
      env: variables,
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
  }

  get pid(): number {
    return this.process.pid ?? 0;
  }

  /** The next message of the process. @throws Error when it ends instead */
  async message<T>(): Promise<T> {
    const ended = once(this.process, 'exit').then(([code]) => {
      throw new Error(`${this.file} has ended with ${String(code)}.`);
    });
    // Both ends of the channel are ours: a message is what the process's own file says.
    const [message] = (await Promise.race([once(this.process, 'message'), ended])) as [T];
    ended.catch(() => undefined);
    return message;
  }

  ask<T>(question: object): Promise<T> {
    const answer = this.message<T>();
    this.process.send(question);
    return answer;
  }

  private async end(): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const ended = once(this.process, 'exit');
    this.process.kill('SIGTERM');
    await ended;
  }
}
