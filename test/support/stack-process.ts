import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { isAlive } from '../../stack/leftovers.ts';
import { dataFolders } from '../../stack/postgres/cluster.ts';
import { readState, type StackState } from '../../stack/state-file.ts';
import { Api } from './api.ts';
import { endWithParent } from './end-with-parent.ts';
import { eventually } from './eventually.ts';
import { freePort } from './temporal-server.ts';

const ROOT = path.join(import.meta.dirname, '..', '..');

/** Ports of its own for a stack: two that start at the same moment would find the usual ones free. */
export async function ownPorts(): Promise<Record<string, string>> {
  const names = ['API_PORT', 'POSTGRES_PORT', 'TEMPORAL_PORT', 'TEMPORAL_UI_PORT', 'SIMULATOR_PORT'];
  const ports = await Promise.all(names.map(freePort));
  return Object.fromEntries(names.map((name, index) => [name, String(ports[index])]));
}

export function temporaryHome(): Promise<string> {
  return mkdtemp(path.join(os.tmpdir(), 'tidings-home-'));
}

/** Removes a data folder, and the one that PostgreSQL uses when another user can't come to it. */
export async function removeHome(home: string): Promise<void> {
  const folders = [home, ...dataFolders(home).map((folder) => path.dirname(folder))];
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
}

export interface CommandResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs one of the commands in a process of its own, with nothing but the given variables of ours. */
export class CommandProcess {
  readonly child: ChildProcess;
  stdout = '';
  stderr = '';

  constructor(command: string, args: readonly string[], variables: Readonly<Record<string, string>>) {
    this.child = spawn(
      process.execPath,
      ['--import', 'tsx', path.join(ROOT, 'stack', 'commands', `${command}.ts`), ...args],
      {
        cwd: ROOT,
        env: {
          PATH: process.env['PATH'],
          HOME: process.env['HOME'],
          LOG_LEVEL: 'warn',
          TIMINGS: 'test',
          ...variables,
        },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    // Its own children are stopped by it.
    endWithParent(this.child, 'TERM');
    this.child.stdout?.on('data', (chunk: Buffer) => (this.stdout += chunk.toString()));
    this.child.stderr?.on('data', (chunk: Buffer) => (this.stderr += chunk.toString()));
  }

  async end(timeoutMs = 120_000): Promise<CommandResult> {
    await eventually(() => (this.hasEnded() ? true : undefined), timeoutMs);
    return { code: this.child.exitCode, stdout: this.stdout, stderr: this.stderr };
  }

  hasEnded(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }
}

/** `npm start` as a process of its own, in a data folder of its own. */
export class StackProcess {
  readonly home: string;
  private readonly variables: Readonly<Record<string, string>>;
  private command: CommandProcess | undefined;

  constructor(home: string, variables: Readonly<Record<string, string>> = {}) {
    this.home = home;
    this.variables = variables;
  }

  /** Starts it and waits until it is up. */
  async start(): Promise<{ api: Api; state: StackState }> {
    const command = new CommandProcess('start', [], { TIDINGS_HOME: this.home, ...this.variables });
    this.command = command;
    await eventually(() => {
      if (command.hasEnded()) throw new Error(`The stack did not start: ${command.stderr}`);
      return command.stderr.includes('Tidings is up.') ? true : undefined;
    }, 90_000);
    const state = await this.state();
    return { api: new Api(state.access.api, state.access.apiKey), state };
  }

  async state(): Promise<StackState> {
    const state = await readState(this.home);
    if (!state) throw new Error('The stack has written no state.');
    return state;
  }

  get stderr(): string {
    return this.command?.stderr ?? '';
  }

  /** SIGKILL to every process of the stack, the supervisor first. */
  async killEverything(): Promise<void> {
    const { pid, processes } = await this.state();
    const pids = [pid, ...Object.values(processes)];
    for (const target of pids.filter(isAlive)) process.kill(target, 'SIGKILL');
    await eventually(() => (pids.some(isAlive) ? undefined : true));
  }

  /** Ctrl-C. @returns the processes that it had */
  async stop(): Promise<readonly number[]> {
    const { processes } = await this.state();
    this.command?.child.kill('SIGINT');
    await this.command?.end(60_000);
    return Object.values(processes);
  }

  async remove(): Promise<void> {
    const state = await readState(this.home);
    for (const pid of [state?.pid, ...Object.values(state?.processes ?? {})]) {
      if (pid !== undefined && isAlive(pid)) process.kill(pid, 'SIGKILL');
    }
    await removeHome(this.home);
  }
}
