import { inheritedEnvironment } from '../config/inherited.ts';
import { say } from '../stack/say.ts';
import { runBare, type BareFigures } from './bare/run-bare.ts';
import { importBenchCustomers } from './engine/audience.ts';
import { runEngine, type EngineFigures } from './engine/run-engine.ts';
import type { Figures } from './figures.ts';
import { benchHome, freshHome } from './home.ts';
import type { BenchOptions, Phase } from './options.ts';
import { runPerCustomer } from './per-customer/run-per-customer.ts';
import { startBenchStack, type BenchStack } from './stack.ts';
import { WARM_UP } from './warm-up.ts';
import { runWebhooks, type WebhookFigures } from './webhooks/run-webhooks.ts';

/** Messages of one call where a provider takes many, and delivery reports of one callback where it gathers them. */
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
    const bare = (messagesPerCall: number, reportsPerCallback: number): Promise<BareFigures> =>
      runBare(home, { messages: baseCustomers, messagesPerCall, reportsPerCallback });
    parts.bare = await told('the bare loop', bare(1, 1));
    if (phases.has('gathered'))
      parts.bare_gathered = await told('the bare loop with gathered reports', bare(1, BATCH));
    if (phases.has('batched'))
      parts.bare_batched = await told('the bare loop with batches', bare(BATCH, BATCH));
  }
  const atOnce = { SIMULATOR_REPORT_DELAY_MS: '0' };
  if (isAnyOf(phases, ONE_BY_ONE)) {
    const stack = await startBenchStack(home, { ...atOnce, SIMULATOR_REPORTS_PER_POST: '1' });
    await withStack(stack, () => measureOneByOne(stack, options, parts));
  }
  if (isAnyOf(phases, GATHERED)) {
    const stack = await startBenchStack(home, { ...atOnce, SIMULATOR_REPORTS_PER_POST: String(BATCH) });
    await withStack(stack, () => measureGathered(stack, options, parts));
  }
  if (phases.has('spread')) {
    const stack = await startBenchStack(home, {
      SIMULATOR_REPORT_SPREAD_MS: String(Math.round(SPREAD_MS / options.timeFactor)),
      TIMINGS_DIVISOR: String(options.timeFactor),
    });
    await withStack(stack, async () => {
      if (!isAnyOf(phases, [...ONE_BY_ONE, ...GATHERED]))
        await importBenchCustomers(stack.api, baseCustomers);
      parts.engine_spread = await told('receipts spread over time', engine(stack, 'spread', baseCustomers));
    });
  }
  return parts;
}

/** What is measured with receipts at once, each in a callback of its own. */
const ONE_BY_ONE: readonly Phase[] = ['engine', 'per-customer', 'webhooks', 'scale'];
/** What is measured with receipts at once, up to a hundred in a callback. */
const GATHERED: readonly Phase[] = ['gathered', 'batched'];

function isAnyOf(phases: ReadonlySet<Phase>, wanted: readonly Phase[]): boolean {
  return wanted.some((phase) => phases.has(phase));
}

async function measureOneByOne(stack: BenchStack, options: BenchOptions, parts: Parts): Promise<void> {
  const { phases, baseCustomers, largeCustomers } = options;
  await prepare(stack, phases.has('scale') ? largeCustomers : baseCustomers, options);
  if (phases.has('engine') || phases.has('webhooks'))
    parts.engine = await told('the engine', bestEngine(stack, 'engine', baseCustomers, 1));
  if (phases.has('per-customer')) {
    const customers = Math.min(PER_CUSTOMER_CUSTOMERS, baseCustomers);
    parts.per_customer = await told('one workflow a customer', runPerCustomer(stack, customers));
  }
  if (phases.has('webhooks')) parts.webhooks = await told('webhooks', runWebhooks(stack));
  if (phases.has('scale'))
    parts.engine_large = await told('the large run', engine(stack, 'large', largeCustomers));
}

async function measureGathered(stack: BenchStack, options: BenchOptions, parts: Parts): Promise<void> {
  const { phases, baseCustomers } = options;
  await prepare(stack, isAnyOf(phases, ONE_BY_ONE) ? 0 : baseCustomers, options);
  if (phases.has('gathered'))
    parts.engine_gathered = await told(
      'the engine with gathered reports',
      bestEngine(stack, 'gathered', baseCustomers, 1),
    );
  if (phases.has('batched'))
    parts.engine_batched = await told(
      'the engine with batches',
      bestEngine(stack, 'batched', baseCustomers, BATCH),
    );
}

/** Imports what was not imported yet, and sends to some: nothing that is measured is cold then. */
async function prepare(stack: BenchStack, customers: number, { baseCustomers }: BenchOptions): Promise<void> {
  if (customers > 0) {
    say('Importing customers …');
    await importBenchCustomers(stack.api, customers);
  }
  await engine(stack, 'warm-up', Math.min(WARM_UP, baseCustomers));
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
