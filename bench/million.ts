import type { BenchResult } from './result-file.ts';

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
      `${run.history_events} events of history (${run.events_per_message} a message). Memory at its peak: ${memory.join(', ')}.`,
    '',
  ];
}
