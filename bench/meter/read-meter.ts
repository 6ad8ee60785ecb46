import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

/** As in `preload.mjs`. */
const GROWTH = 1.05;
/** Longer than a process takes until it has written what it counted. */
const WRITTEN_MS = 700;

/** How often each step took how long, by step and bucket. */
export type StepCounts = Readonly<Record<string, Readonly<Record<number, number>>>>;

export interface StepTimes {
  readonly count: number;
  readonly p50_ms: number;
  readonly p95_ms: number;
  readonly p99_ms: number;
}

/** The counts of all processes of a stack so far. */
export async function readMeter(home: string): Promise<StepCounts> {
  await pause(WRITTEN_MS);
  const folder = path.join(home, 'meter');
  const files = (await readdir(folder).catch(() => [])).filter((file) => file.endsWith('.json'));
  const all = await Promise.all(
    files.map(async (file) => JSON.parse(await readFile(path.join(folder, file), 'utf8')) as StepCounts),
  );
  const sum: Record<string, Record<number, number>> = {};
  for (const counts of all) add(sum, counts, 1);
  return sum;
}

/** What was counted between two readings. */
export function stepTimes(before: StepCounts, after: StepCounts): Readonly<Record<string, StepTimes>> {
  const between: Record<string, Record<number, number>> = {};
  add(between, after, 1);
  add(between, before, -1);
  const steps = Object.entries(between).map(([step, counts]) => [step, timesOf(counts)] as const);
  return Object.fromEntries(steps.filter(([, times]) => times.count > 0));
}

function add(sum: Record<string, Record<number, number>>, counts: StepCounts, sign: 1 | -1): void {
  for (const [step, buckets] of Object.entries(counts)) {
    const own = (sum[step] ??= {});
    for (const [bucket, count] of Object.entries(buckets))
      own[Number(bucket)] = (own[Number(bucket)] ?? 0) + sign * count;
  }
}

function timesOf(counts: Readonly<Record<number, number>>): StepTimes {
  const buckets = Object.entries(counts).map(([bucket, count]) => ({ bucket: Number(bucket), count }));
  const total = buckets.reduce((sum, { count }) => sum + count, 0);
  const at = (share: number): number => {
    let seen = 0;
    for (const { bucket, count } of buckets.sort((a, b) => a.bucket - b.bucket)) {
      seen += count;
      if (seen >= share * total) return Math.round(GROWTH ** bucket) / 1_000;
    }
    return 0;
  };
  return { count: total, p50_ms: at(0.5), p95_ms: at(0.95), p99_ms: at(0.99) };
}
