import { ENDED_RUN_STATES } from '../../domain/states.ts';
import type { ApiClient, RunProgress } from '../api-client.ts';
import type { DemoResult } from './results.ts';

const POLL_MS = 1_000;

/** Follows a run to its end and tells how it goes on. */
export async function followRun(
  api: ApiClient,
  runId: string,
  tell: (line: string) => void,
): Promise<RunProgress> {
  let last = '';
  for (;;) {
    const run = await api.run(runId);
    const line = progressLine(run);
    if (line !== last) tell(line);
    last = line;
    if (ENDED_RUN_STATES.includes(run.state)) return run;
    const [incident] = run.incidents;
    if (incident && run.cohorts.finished === run.cohorts.total - run.incidents.length) {
      throw new Error(`The run is stuck at node "${incident.node_id}": ${incident.message}`);
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

function progressLine(run: RunProgress): string {
  const messages = Object.entries(run.messages)
    .map(([state, count]) => `${count} ${state}`)
    .join(', ');
  const where = run.nodes
    .filter((node) => node.here > 0)
    .map((node) => `${node.here} at ${node.name}`)
    .join(', ');
  const rate = run.rate.messagesPerSecond > 0 ? ` · ${run.rate.messagesPerSecond}/s` : '';
  return `  ${run.state} · cohorts ${run.cohorts.finished}/${run.cohorts.total} · ${messages || 'no message yet'}${rate}${where ? ` · ${where}` : ''}`;
}

/** The result for people. */
export function resultTable(result: DemoResult, run: RunProgress): string {
  const rows = run.nodes.map((node) => [node.name, counts(node.outcomes), counts(node.messages)]);
  const kept = Object.entries(result.suppressed).map(([reason, count]) => `${reason} ${count}`);
  const per = result.temporal_events_per_message;
  return [
    '',
    ...table(['node', 'customers left as', 'messages'], rows),
    '',
    `${result.customers} customers, ${result.messages} messages in ${result.seconds} s (${result.messages_per_second}/s while sending)`,
    `  delivered ${result.delivered}, failed ${result.failed}, expired ${result.expired}, no receipt ${result.no_receipt}, unknown ${result.unknown}, unresolved ${result.unresolved}`,
    `  kept in: ${kept.join(', ') || 'nobody'}`,
    `  sent twice ${result.duplicates ?? 'not known'}, lost ${result.lost}` +
      (result.provider_ledger === null ? '' : `; the provider's own ledger has ${result.provider_ledger}`),
    `  ${result.temporal_events} Temporal events, ${per} a message`,
  ].join('\n');
}

function counts(record: Readonly<Record<string, number>>): string {
  return Object.entries(record)
    .map(([name, count]) => `${count} ${name}`)
    .join(', ');
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => (row[column] ?? '').length)),
  );
  const line = (cells: readonly string[]): string =>
    `  ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd();
  return [line(head), line(widths.map((width) => '─'.repeat(width))), ...rows.map(line)];
}
