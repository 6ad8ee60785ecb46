import type { EngineFigures } from './engine/run-engine.ts';
import type { BenchResult } from './result-file.ts';

function sizesOf({ histories }: EngineFigures): string {
  if (!histories) return '';
  const { workflows, bytes, most_events, most_bytes } = histories;
  return (
    ` in ${workflows} histories of ${megabytes(bytes)} MB together; ` +
    `the longest has ${most_events} events, the largest ${Math.round(most_bytes / 1_000)} kB`
  );
}

function megabytes(bytes: number): number {
  return Math.round(bytes / 1e6);
}

/** What the page says of a run of a million customers. */
export function millionLines({ figures, command, commit }: BenchResult, rawFile: string): readonly string[] {
  const run = figures.engine_large;
  if (!run) return [];
  const memory = Object.entries(run.processes).map(([name, { peak_mb }]) => `${name} ${peak_mb} MB`);
  return [
    '## A million customers',
    '',
    `\`${command}\`, [raw figures](${rawFile}), commit ${commit}: ${run.messages} messages in ${run.seconds} s ` +
      `(${run.messages_per_second}/s), from the launch to the end of the run ${run.run_seconds} s, ` +
      `${run.history_events} events of history (${run.events_per_message} a message)${sizesOf(run)}. ` +
      `Memory at its peak: ${memory.join(', ')}.`,
    '',
  ];
}
