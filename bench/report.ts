import type { EngineFigures } from './engine/run-engine.ts';
import type { StepTimes } from './meter/read-meter.ts';
import type { ProcessUse } from './processes.ts';
import type { BenchResult } from './result-file.ts';

type Cell = string | number | null | undefined;

/** The page that people read, made from one measurement. @param more lines of another one, ahead of what is not measured */
export function reportOf(result: BenchResult, rawFile: string, more: readonly string[] = []): string {
  const { figures, machine } = result;
  const engines = Object.entries({
    'at once': figures.engine,
    'gathered reports': figures.engine_gathered,
    'batches of 100': figures.engine_batched,
    large: figures.engine_large,
    spread: figures.engine_spread,
  }).flatMap(([name, engine]) => (engine ? [{ name, engine }] : []));
  return [
    '# What the engine does on one machine',
    '',
    `Made by \`${result.command}\` from [the raw figures](${rawFile}): commit ${result.commit}, ${result.at.slice(0, 10)}, ` +
      `${result.seconds} s on ${machine.cpus} × ${machine.cpu}, ${machine.memory_gb} GB, ${machine.system}, Node ${machine.node}. ` +
      'Everything runs on this one machine and shares its processors: the provider, too. Ratios within one run mean more than ' +
      'any rate.',
    '',
    '## In short',
    '',
    ...table(['figure', 'value', 'wanted'], shortRows(result)),
    '',
    '## Side by side',
    '',
    'The best of three counts, of settings or of runs; the bare loop takes turns with the engine, whose processes stand still meanwhile. All clocks run from the first call (of the engine: from the first claim) to the answer to the last delivery report. All use ' +
      'the same simulator, which answers at once, the same HTTP client and the same payload. With one message a call each report ' +
      'is a callback of its own, unless reports are gathered: then, and with batches, a callback has up to 100.',
    '',
    ...table(['what', 'messages', 'a call', 'messages/s', 'events a message'], sideBySide(result)),
    '',
    '## Runs of the engine',
    '',
    ...table(
      ['run', 'messages', 'sending, s', 'folding after it, s', 'launch to end, s', 'events'],
      engines.map(({ name, engine }) => [
        name,
        engine.messages,
        engine.seconds,
        engine.fold_tail_seconds,
        engine.run_seconds,
        engine.history_events,
      ]),
    ),
    '',
    'Steps, in milliseconds (p50 / p95 / p99): a claim is of up to 64 messages, a record of what had come in, a fold of up to ' +
      '500 receipts; waits for the processor are in them.',
    '',
    ...table(
      ['run', 'claim', 'call', 'record', 'fold'],
      engines.map(({ name, engine }) => [name, ...stepCells(engine)]),
    ),
    '',
    'Processor seconds, and the memory of the largest process at its peak:',
    '',
    ...processTables(result),
    ...webhookLines(result),
    ...more,
    '## What is not measured',
    '',
    ...NOT_MEASURED.map((line) => `- ${line}`),
    '',
  ].join('\n');
}

function shortRows({ summary }: BenchResult): readonly (readonly Cell[])[] {
  return [
    ['engine ÷ bare loop, one message a call, one report a callback', summary.engine_to_bare, '≥ 0.25'],
    ['the same, up to 100 reports a callback', summary.engine_to_bare_gathered, '–'],
    ['engine ÷ one workflow a customer', summary.engine_to_per_customer, '≥ 50'],
    ['events of one workflow a customer ÷ engine', summary.events_ratio_to_per_customer, '≥ 100'],
    ['events a message, receipts at once', summary.events_per_message, '≤ 0.1'],
    [
      `events a message, receipts spread over 10 minutes (all waits ÷ ${summary.time_factor})`,
      summary.events_per_message_spread,
      '≤ 0.1',
    ],
    [
      '100,000 customers, one run ÷ 10,000, the mean of two runs before and two after it, messages/s',
      summary.scale_100k_to_10k,
      '≥ 0.9',
    ],
    ["worker's memory at its peak, MB", summary.worker_peak_mb, '< 600'],
    [`webhooks/s acknowledged, of 5,000`, summary.webhooks_per_second, '5,000'],
    ['webhook acknowledgement, p99, ms', summary.webhook_ack_p99_ms, '< 1,000'],
    [
      'receipts folded within a tenth of the time of sending, after it',
      yesNo(summary.folding_keeps_up),
      'yes',
    ],
    ['the machine was too busy to judge', yesNo(summary.machine_too_busy), 'no'],
  ];
}

function sideBySide({ figures }: BenchResult): readonly (readonly Cell[])[] {
  const { bare, bare_gathered, bare_batched, engine, engine_gathered, engine_batched, per_customer } =
    figures;
  return [
    ...Object.entries({
      'bare loop': bare,
      'bare loop, gathered reports': bare_gathered,
      'bare loop, batches': bare_batched,
    }).flatMap(([name, loop]) =>
      loop
        ? [
            [
              `${name}: ${settings(loop.by_calls)}`,
              loop.messages,
              loop.messages_per_call,
              loop.messages_per_second,
              '–',
            ],
          ]
        : [],
    ),
    ...Object.entries({
      engine,
      'engine, gathered reports': engine_gathered,
      'engine, batches': engine_batched,
    }).flatMap(([name, run]) =>
      run
        ? [
            [
              run.by_run ? `${name}: runs of ${run.by_run.join(', ')}/s` : name,
              run.messages,
              run.messages_per_call,
              run.messages_per_second,
              run.events_per_message,
            ],
          ]
        : [],
    ),
    ...(per_customer
      ? [
          [
            `one workflow a customer: ${settings(per_customer.by_tasks)}`,
            per_customer.messages,
            1,
            per_customer.messages_per_second,
            per_customer.events_per_message,
          ],
        ]
      : []),
  ];
}

/** The rate by how much was under way at once. */
function settings(rates: Readonly<Record<number, number>>): string {
  return Object.entries(rates)
    .map(([atOnce, rate]) => `${atOnce} at once ${rate}/s`)
    .join(', ');
}

function stepCells({ steps }: EngineFigures): readonly string[] {
  const cell = (times: StepTimes | undefined): string =>
    times ? `${times.p50_ms} / ${times.p95_ms} / ${times.p99_ms}` : '–';
  return ['claim', 'call', 'record', 'fold'].map((step) => cell(steps[step]));
}

function processTables({ figures }: BenchResult): readonly string[] {
  const parts: Readonly<Record<string, Readonly<Record<string, ProcessUse>> | undefined>> = {
    'bare loop, all settings': figures.bare?.processes,
    'engine at once': figures.engine?.processes,
    'engine, gathered reports': figures.engine_gathered?.processes,
    'engine, batches of 100': figures.engine_batched?.processes,
    'engine, large': figures.engine_large?.processes,
    'engine, spread': figures.engine_spread?.processes,
    'one workflow a customer, last setting': figures.per_customer?.processes,
    webhooks: figures.webhooks?.processes,
  };
  const measured = Object.entries(parts).flatMap(([name, processes]) =>
    processes ? [{ name, processes }] : [],
  );
  const names = [...new Set(measured.flatMap(({ processes }) => Object.keys(processes)))];
  const rows = measured.map(({ name, processes }) => [
    name,
    ...names.map((process) => {
      const use = processes[process];
      return use ? `${use.cpu_seconds} s, ${use.peak_mb} MB` : '–';
    }),
  ]);
  return [...table(['', ...names], rows), ''];
}

function webhookLines({ figures: { webhooks } }: BenchResult): readonly string[] {
  if (!webhooks) return [];
  return [
    '## Webhooks',
    '',
    `${webhooks.offered_per_second} requests/s with one receipt each, over ${webhooks.connections} connections, for ` +
      `${webhooks.seconds} s, while the pump folds them: ${webhooks.acknowledged} acknowledged after their commit, ` +
      `${webhooks.refused} refused. Counted from when a request was due: p50 ${webhooks.ack_p50_ms} ms, ` +
      `p95 ${webhooks.ack_p95_ms} ms, p99 ${webhooks.ack_p99_ms} ms. The pump was through ${webhooks.fold_tail_seconds} s later.`,
    '',
  ];
}

const NOT_MEASURED = [
  'A network: everything is on one machine, and the simulator answers without delay. A real provider takes tens to hundreds of ' +
    'milliseconds, which changes how many calls must be under way, not what the engine spends on each.',
  'A Temporal cluster or a managed service: this is the development server with a file. Events of history are the same there.',
  'More than one machine, or more than one worker.',
  'Real customers: here all can be sent to and all are reached, at one message node with a receipt awaited. What suppresses, ' +
    'fails or is in doubt costs more, and is what the demo and the tests have.',
  'Ten real minutes of dripping receipts: they and all waits for them are divided by the factor above; calls, claims and ' +
    'their limits are not. They are measured at 10,000 messages only.',
  'The engine while something is killed.',
];

function yesNo(value: boolean | null): string | null {
  return value === null ? null : value ? 'yes' : 'no';
}

function table(head: readonly string[], rows: readonly (readonly Cell[])[]): readonly string[] {
  const line = (cells: readonly Cell[]): string =>
    `| ${cells.map((cell) => (cell === null || cell === undefined ? 'not measured' : String(cell))).join(' | ')} |`;
  return [line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line)];
}
