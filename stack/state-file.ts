import { renameSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';

const stateSchema = z.object({
  /** The supervisor. */
  pid: z.int(),
  ports: z.record(z.string(), z.int()),
  /** What a command needs that uses the running stack. */
  access: z.object({
    api: z.string(),
    docs: z.string(),
    temporalUi: z.string().nullable(),
    apiKey: z.string(),
    databaseUrl: z.string(),
    projectId: z.string(),
    temporalAddress: z.string(),
    namespace: z.string(),
    timings: z.string(),
    /** Of the simulator's process. */
    simulator: z.string().nullable(),
    /** Simulated providers that messages go to; null when one of them is somebody else's. */
    simulated: z.array(z.string()).nullable(),
  }),
  /** Processes by name; a process that is not of ours any more is told by its command line. */
  processes: z.record(z.string(), z.int()),
});

/** What a running stack writes down, for the next start and for commands that want to use it. */
export type StackState = z.infer<typeof stateSchema>;
export type StackAccess = StackState['access'];

function fileOf(home: string): string {
  return path.join(home, 'stack.json');
}

/** @returns undefined when no stack has run in this data folder */
export async function readState(home: string): Promise<StackState | undefined> {
  const text = await readFile(fileOf(home), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    return stateSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** Only its owner can read it: it holds the key of the API and the address of the database. */
export function writeState(home: string, state: StackState): void {
  const file = fileOf(home);
  writeFileSync(`${file}.new`, JSON.stringify(state, null, 2), { mode: 0o600 });
  renameSync(`${file}.new`, file);
}
