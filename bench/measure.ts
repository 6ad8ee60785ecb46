import { inheritedEnvironment } from '../config/inherited.ts';
import { say } from '../stack/say.ts';
import { runBare } from './bare/run-bare.ts';
import { importBenchCustomers } from './engine/audience.ts';
import { runEngine, type EngineFigures } from './engine/run-engine.ts';
import type { Figures } from './figures.ts';
import { benchHome, freshHome } from './home.ts';
import type { BenchOptions, Phase } from './options.ts';
import { runPerCustomer } from './per-customer/run-per-customer.ts';
import { startBenchStack, type BenchStack } from './stack.ts';
import { WARM_UP } from './warm-up.ts';
import { runWebhooks, type WebhookFigures } from './webhooks/run-webhooks.ts';

/** Messages of one call where a provider takes many. */
const BATCH = 100;
const ENGINE_RUNS = 3;
const PER_CUSTOMER_CUSTOMERS = 300;
/** Time over which receipts come in the spread run, before it is divided. */
const SPREAD_MS = 600_000;

type Parts = { -readonly [Name in keyof Figures]: Figures[Name] };

/** Measures what the options ask for, one thing after the other, in one data folder. */
export async function measure(options: BenchOptions): Promise<Figures> {
  const { phases, baseCustomers } = options;
  const home = await freshHome(benchHome(inheritedEnvironment()));
  const parts: Parts = {};
  // First, while nothing else of ours runs: it would only make the bare loop look worse.
  if (phases.has('bare')) {
    parts.bare = await told('the bare loop', runBare(home, baseCustomers, 1));
    if (phases.has('batched'))
      parts.bare_batched = await told('the bare loop with batches', runBare(home, baseCustomers, BATCH));
  }
  if (needsStack(phases)) {
    const stack = await startBenchStack(home, { SIMULATOR_REPORT_DELAY_MS: '0' });
    await withStack(stack, () => measureAtOnce(stack, options, parts));
  }
  if (phases.has('spread')) {
    const stack = await startBenchStack(home, {
      SIMULATOR_REPORT_SPREAD_MS: String(Math.round(SPREAD_MS / options.timeFactor)),
      TIMINGS_DIVISOR: String(options.timeFactor),
    });
    await withStack(stack, async () => {
      if (!needsStack(phases)) await importBenchCustomers(stack.api, baseCustomers);
      parts.engine_spread = await told('receipts spread over time', engine(stack, 'spread', baseCustomers));
    });
  }
  return parts;
}

/** Whether something is measured with receipts at once. */
function needsStack(phases: ReadonlySet<Phase>): boolean {
  return [...phases].some((phase) => phase !== 'bare' && phase !== 'spread');
}

async function measureAtOnce(stack: BenchStack, options: BenchOptions, parts: Parts): Promise<void> {
  const { phases, baseCustomers, largeCustomers } = options;
  say('Importing customers …');
  await importBenchCustomers(stack.api, phases.has('scale') ? largeCustomers : baseCustomers);
  if (phases.has('engine') || phases.has('webhooks') || phases.has('batched'))
    await engine(stack, 'warm-up', Math.min(WARM_UP, baseCustomers));
  if (phases.has('engine') || phases.has('webhooks'))
    parts.engine = await told('the engine', bestEngine(stack, 'engine', baseCustomers, 1));
  if (phases.has('batched'))
    parts.engine_batched = await told(
      'the engine with batches',
      bestEngine(stack, 'batched', baseCustomers, BATCH),
    );
  if (phases.has('per-customer')) {
    const customers = Math.min(PER_CUSTOMER_CUSTOMERS, baseCustomers);
    parts.per_customer = await told('one workflow a customer', runPerCustomer(stack, customers));
  }
  if (phases.has('webhooks')) parts.webhooks = await told('webhooks', runWebhooks(stack));
  if (phases.has('scale'))
    parts.engine_large = await told('the large run', engine(stack, 'large', largeCustomers));
}

function engine(
  stack: BenchStack,
  name: string,
  customers: number,
  messagesPerCall = 1,
): Promise<EngineFigures> {
  return runEngine(stack, { name: `Bench ${name}`, customers, messagesPerCall });
}

/** The best of as many runs as the others have settings: whoever else uses the machine disturbs all alike. */
async function bestEngine(
  stack: BenchStack,
  name: string,
  customers: number,
  messagesPerCall: number,
): Promise<EngineFigures & { readonly by_run: readonly number[] }> {
  const runs: EngineFigures[] = [];
  for (let run = 1; run <= ENGINE_RUNS; run += 1)
    runs.push(await engine(stack, `${name} ${run}`, customers, messagesPerCall));
  const best = runs.reduce((one, other) =>
    other.messages_per_second > one.messages_per_second ? other : one,
  );
  return { ...best, by_run: runs.map((run) => run.messages_per_second) };
}

async function withStack(stack: BenchStack, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } finally {
    await stack.stop();
  }
}

/** Tells a figure as soon as it is there: the whole takes minutes. */
async function told<T extends { readonly messages_per_second: number } | WebhookFigures>(
  what: string,
  work: Promise<T>,
): Promise<T> {
  const figures = await work;
  const rate =
    'messages_per_second' in figures
      ? `${figures.messages_per_second} messages/s`
      : `${figures.acknowledged_per_second}/s, p99 ${figures.ack_p99_ms} ms`;
  say(`  ${what}: ${rate}`);
  return figures;
}
