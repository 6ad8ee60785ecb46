import { spawn, type ChildProcess } from 'node:child_process';
import path from 'node:path';
import { endWithParent } from './end-with-parent.ts';
import { eventually } from './eventually.ts';

const ROOT = path.join(import.meta.dirname, '..', '..');

/** What every service must be told; nothing is there unless a test has put it there. */
export const SERVICE_VARIABLES = {
  PHONE_KEY: 'a phone key that is used in tests only',
  CREDENTIAL_KEYS: `test:${Buffer.alloc(32, 7).toString('base64')}`,
  TEMPORAL_ADDRESS: '127.0.0.1:1',
  PUBLIC_URL: 'http://127.0.0.1:1',
  TIMINGS: 'test',
} as const;

/** A process of the engine by itself, as nobody supervises it. */
export class ServiceProcess {
  readonly child: ChildProcess;
  output = '';

  /** @param args of Node: a file of the repository, or a script behind `--eval` */
  constructor(args: readonly string[], variables: Readonly<Record<string, string>>) {
    this.child = spawn(process.execPath, ['--import', 'tsx', ...args], {
      cwd: ROOT,
      env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...SERVICE_VARIABLES, ...variables },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    endWithParent(this.child);
    for (const stream of [this.child.stdout, this.child.stderr])
      stream?.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
  }

  /** Waits until it has written this. */
  async says(text: string): Promise<void> {
    await eventually(() => {
      if (this.hasEnded()) throw new Error(`It has ended: ${this.output}`);
      return this.output.includes(text) ? true : undefined;
    }, 30_000);
  }

  /** Waits for its end. @returns its exit code */
  async end(timeoutMs: number): Promise<number | null> {
    await eventually(() => (this.hasEnded() ? true : undefined), timeoutMs);
    return this.child.exitCode;
  }

  kill(): void {
    if (!this.hasEnded()) this.child.kill('SIGKILL');
  }

  private hasEnded(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }
}
