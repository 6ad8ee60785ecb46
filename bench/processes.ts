import { readdir, readFile, writeFile } from 'node:fs/promises';

/** What one process, with those that it started, has used between two moments. */
export interface ProcessUse {
  readonly cpu_seconds: number;
  /** Of the largest process of them. */
  readonly peak_mb: number;
}

/** Ticks of a second in /proc. */
const TICKS = 100;

interface Entry {
  readonly pid: number;
  readonly parent: number;
  readonly ticks: number;
}

/** Measures named processes; where there is no /proc it measures nothing. */
export class ProcessWatch {
  private readonly pids: Readonly<Record<string, number>>;
  private before = new Map<string, number>();

  constructor(pids: Readonly<Record<string, number>>) {
    this.pids = pids;
  }

  /** From now on; peaks begin anew. */
  async start(): Promise<void> {
    const all = await readEntries();
    for (const [name, pid] of Object.entries(this.pids)) {
      const tree = treeOf(all, pid);
      this.before.set(name, ticksOf(tree));
      for (const entry of tree) await writeFile(`/proc/${entry.pid}/clear_refs`, '5').catch(() => undefined);
    }
  }

  async read(): Promise<Readonly<Record<string, ProcessUse>>> {
    const all = await readEntries();
    const uses = await Promise.all(
      Object.entries(this.pids).map(async ([name, pid]) => {
        const tree = treeOf(all, pid);
        const ticks = ticksOf(tree) - (this.before.get(name) ?? 0);
        const peaks = await Promise.all(tree.map((entry) => peakMb(entry.pid)));
        return [name, { cpu_seconds: ticks / TICKS, peak_mb: Math.max(0, ...peaks) }] as const;
      }),
    );
    return Object.fromEntries(uses.filter(([, use]) => use.peak_mb > 0));
  }
}

/** Processes with all that they started; only themselves where there is no /proc. */
export async function descendants(pids: readonly number[]): Promise<readonly number[]> {
  const all = await readEntries();
  const found = pids.flatMap((pid) => [pid, ...treeOf(all, pid).map((entry) => entry.pid)]);
  return [...new Set(found)];
}

async function readEntries(): Promise<readonly Entry[]> {
  const names = await readdir('/proc').catch(() => []);
  const entries = await Promise.all(names.filter((name) => /^\d+$/.test(name)).map(readEntry));
  return entries.filter((entry) => entry !== undefined);
}

/** Times of children that have ended are a part of their parent's. */
async function readEntry(name: string): Promise<Entry | undefined> {
  const text = await readFile(`/proc/${name}/stat`, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  // The command's name, in parentheses, may hold anything.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
  return { pid: Number(name), parent: Number(fields[1]), ticks };
}

function treeOf(all: readonly Entry[], root: number): readonly Entry[] {
  const tree = all.filter((entry) => entry.pid === root);
  for (const known of tree) tree.push(...all.filter((entry) => entry.parent === known.pid));
  return tree;
}

function ticksOf(tree: readonly Entry[]): number {
  return tree.reduce((sum, entry) => sum + entry.ticks, 0);
}

async function peakMb(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1];
  return kilobytes === undefined ? 0 : Math.round(Number(kilobytes) / 1_024);
}
