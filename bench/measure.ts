import { inheritedEnvironment } from '../config/inherited.ts';
import { longQuery } from '../database/pool.ts';
import { say } from '../stack/say.ts';
import { BARE_SETTINGS, BareLoop, type BareFigures, type BareOptions } from './bare/bare-loop.ts';
import { measureByTurns, type TurnFigures } from './by-turns.ts';
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
const PER_CUSTOMER_CUSTOMERS = 300;
/** Small runs before the large one, and again after it. */
const SMALL_RUNS = 2;
/** Time over which receipts come in the spread run, before it is divided. */
const SPREAD_MS = 600_000;

type Parts = { -readonly [Name in keyof Figures]: Figures[Name] };

/** Measures what the options ask for, one thing after the other, in one data folder. */
export async function measure(options: BenchOptions): Promise<Figures> {
  const { phases, baseCustomers } = options;
  const home = await freshHome(benchHome(inheritedEnvironment()));
  const parts: Parts = {};
  if (phases.has('bare') && !isAnyOf(phases, COMPARED))
    parts.bare = await told('the bare loop', bareAlone(home, shapeOf(options, 1, 1)));
  const atOnce = { SIMULATOR_REPORT_DELAY_MS: '0' };
  if (isAnyOf(phases, GATHERED)) {
    const stack = await startBenchStack(home, { ...atOnce, SIMULATOR_REPORTS_PER_POST: String(BATCH) });
    await withStack(stack, () => measureGathered(stack, options, parts));
  }
  // Last: the large run leaves large tables to whatever follows.
  if (isAnyOf(phases, ONE_BY_ONE)) {
    const stack = await startBenchStack(home, { ...atOnce, SIMULATOR_REPORTS_PER_POST: '1' });
    await withStack(stack, () => measureOneByOne(stack, options, parts));
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

/** What the bare loop takes turns with. */
const COMPARED: readonly Phase[] = ['engine', 'webhooks', 'gathered', 'batched'];

function isAnyOf(phases: ReadonlySet<Phase>, wanted: readonly Phase[]): boolean {
  return wanted.some((phase) => phases.has(phase));
}

async function measureOneByOne(stack: BenchStack, options: BenchOptions, parts: Parts): Promise<void> {
  const { phases, baseCustomers } = options;
  await prepare(stack, isAnyOf(phases, GATHERED) ? 0 : customersOf(options), options);
  if (phases.has('engine') || phases.has('webhooks')) {
    const turns = await byTurns(stack, 'engine', options, shapeOf(options, 1, 1));
    parts.engine = turns.engine;
    if (turns.bare) parts.bare = turns.bare;
  }
  if (phases.has('per-customer')) {
    const customers = Math.min(PER_CUSTOMER_CUSTOMERS, baseCustomers);
    parts.per_customer = await told('one workflow a customer', runPerCustomer(stack, customers));
  }
  if (phases.has('webhooks')) parts.webhooks = await told('webhooks', runWebhooks(stack));
  if (phases.has('scale')) await measureScale(stack, options, parts);
}

/** Small runs before and after the large one, as many: a shared machine becomes faster and slower within minutes. */
async function measureScale(
  stack: BenchStack,
  { baseCustomers, largeCustomers }: BenchOptions,
  parts: Parts,
): Promise<void> {
  const small: EngineFigures[] = [];
  const measureSmall = async (when: string): Promise<void> => {
    for (let run = 1; run <= SMALL_RUNS; run++)
      small.push(await told(`a small run ${when} the large one`, engine(stack, 'small', baseCustomers)));
  };
  await measureSmall('before');
  parts.engine_large = await told('the large run', engine(stack, 'large', largeCustomers));
  await measureSmall('after');
  parts.engine_beside_large = small;
}

async function measureGathered(stack: BenchStack, options: BenchOptions, parts: Parts): Promise<void> {
  const { phases } = options;
  await prepare(stack, customersOf(options), options);
  if (phases.has('gathered')) {
    const turns = await byTurns(stack, 'engine with gathered reports', options, shapeOf(options, 1, BATCH));
    parts.engine_gathered = turns.engine;
    if (turns.bare) parts.bare_gathered = turns.bare;
  }
  if (phases.has('batched')) {
    const turns = await byTurns(stack, 'engine with batches', options, shapeOf(options, BATCH, BATCH));
    parts.engine_batched = turns.engine;
    if (turns.bare) parts.bare_batched = turns.bare;
  }
}

function shapeOf(
  { baseCustomers: messages }: BenchOptions,
  messagesPerCall: number,
  reportsPerCallback: number,
): BareOptions {
  return { messages, messagesPerCall, reportsPerCallback };
}

async function byTurns(
  stack: BenchStack,
  name: string,
  { phases }: BenchOptions,
  shape: BareOptions,
): Promise<TurnFigures> {
  const turns = await measureByTurns(stack, { name: `Bench ${name}`, shape, withBare: phases.has('bare') });
  if (turns.bare) say(`  the bare loop beside it: ${turns.bare.messages_per_second} messages/s`);
  say(`  the ${name}: ${turns.engine.messages_per_second} messages/s`);
  return turns;
}

async function bareAlone(home: string, shape: BareOptions): Promise<BareFigures> {
  const loop = await BareLoop.start(home, shape);
  try {
    for (const calls of BARE_SETTINGS) await loop.measure(calls);
    return await loop.figures();
  } finally {
    await loop.stop();
  }
}

/** Of the largest run that is wanted. */
function customersOf({ phases, baseCustomers, largeCustomers }: BenchOptions): number {
  return phases.has('scale') ? largeCustomers : baseCustomers;
}

/**
 * Imports what was not imported yet, and sends to some: nothing that is measured is cold then.
 *
 * Vacuums after an import, which PostgreSQL would do by itself some seconds later, in the middle of what is measured.
 */
async function prepare(stack: BenchStack, customers: number, { baseCustomers }: BenchOptions): Promise<void> {
  if (customers > 0) {
    say('Importing customers …');
    await importBenchCustomers(stack.api, customers);
    await stack.pool.query(longQuery('VACUUM (ANALYZE)'));
  }
  await engine(stack, 'warm-up', Math.min(WARM_UP, baseCustomers));
}

function engine(stack: BenchStack, name: string, customers: number): Promise<EngineFigures> {
  return runEngine(stack, { name: `Bench ${name}`, customers, messagesPerCall: 1 });
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
