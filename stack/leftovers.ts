import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { say } from './say.ts';
import type { StackState } from './state-file.ts';

const run = promisify(execFile);
/** How long a process may take to stop: longer than a call that is under way and its record. */
export const STOP_PATIENCE_MS = 20_000;
const POLL_MS = 50;
/** Programs that start a stack. */
const SUPERVISORS = /[/\\](stack[/\\]commands|bench)[/\\]/;

/** Command line of a process, empty when there is none. */
async function commandLine(pid: number): Promise<string> {
  return run('ps', ['-o', 'command=', '-p', String(pid)]).then(
    ({ stdout }) => stdout.trim(),
    () => '',
  );
}

/** Whether the process that wrote the state is still there and is a supervisor of this folder. */
export async function isRunning(state: StackState | undefined): Promise<boolean> {
  return state !== undefined && state.pid !== process.pid && SUPERVISORS.test(await commandLine(state.pid));
}

/** Stops what an earlier stack left behind when it was killed; nothing else, even if a process id was given anew. */
export async function stopLeftovers(
  home: string,
  state: StackState | undefined,
  postgresData: string[],
): Promise<void> {
  const pids = new Map<number, string>();
  for (const [name, pid] of Object.entries(state?.processes ?? {})) {
    if (isOurs(await commandLine(pid), home)) pids.set(pid, name);
  }
  for (const folder of postgresData) {
    const pid = await postmasterPid(folder);
    if (pid !== undefined && (await commandLine(pid)).includes(folder)) pids.set(pid, 'postgres');
  }
  if (pids.size === 0) return;
  say(`Stopping what an earlier start left behind: ${[...new Set(pids.values())].join(', ')} …`);
  await Promise.all(
    [...pids].map(([pid, name]) => stopProcess(pid, name === 'postgres' ? 'SIGINT' : 'SIGTERM')),
  );
}

/** Every process of a stack names its data folder or the repository's own files. */
function isOurs(command: string, home: string): boolean {
  const root = path.join(import.meta.dirname, '..');
  return command.includes(home) || command.includes(`${root}${path.sep}`);
}

async function postmasterPid(dataFolder: string): Promise<number | undefined> {
  const text = await readFile(path.join(dataFolder, 'postmaster.pid'), 'utf8').catch(() => '');
  const pid = Number(text.split('\n')[0]);
  return Number.isInteger(pid) && pid > 0 ? pid : undefined;
}

/** Asks a process to end and kills it when it does not. */
async function stopProcess(pid: number, signal: NodeJS.Signals): Promise<void> {
  send(pid, signal);
  const until = Date.now() + STOP_PATIENCE_MS;
  while (isAlive(pid) && Date.now() < until) await pause(POLL_MS);
  if (!isAlive(pid)) return;
  send(pid, 'SIGKILL');
  while (isAlive(pid)) await pause(POLL_MS);
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended meanwhile.
  }
}
