import type { BenchOptions } from './options.ts';
import type { EngineFigures } from './engine/run-engine.ts';
import type { Figures } from './figures.ts';
import { ratioOf } from './rate.ts';

/** Below this rate of the bare loop the machine is too busy to judge by. */
const BUSY_BELOW = 4_000;
/** Longest folding after the last callback, as a share of the time until then. */
const MAX_FOLD_TAIL = 0.1;

/** What `--json` prints: the figures that are held against each other; null where a part was left out. */
export interface BenchSummary {
  /** Of the timings. */
  readonly profile: string;
  /** What all waits for receipts were divided by while receipts were spread over ten minutes, as these were. */
  readonly time_factor: number;
  readonly customers: number;
  /** With one message a call and one report a callback, of both. */
  readonly engine_to_bare: number | null;
  /** With one message a call and up to a hundred reports a callback, of both. */
  readonly engine_to_bare_gathered: number | null;
  readonly engine_to_per_customer: number | null;
  /** Events a message of one workflow a customer, by those of the engine. */
  readonly events_ratio_to_per_customer: number | null;
  readonly events_per_message: number | null;
  readonly events_per_message_spread: number | null;
  readonly engine_messages_per_second: number | null;
  readonly bare_messages_per_second: number | null;
  readonly per_customer_messages_per_second: number | null;
  readonly batched_messages_per_second: number | null;
  readonly batched_to_bare_batched: number | null;
  /** One run against the mean of those of 10,000 beside it: the best of several is no fair match for a single one. */
  readonly scale_100k_to_10k: number | null;
  /** In the largest run that was made. */
  readonly worker_peak_mb: number | null;
  readonly webhook_ack_p99_ms: number | null;
  readonly webhooks_per_second: number | null;
  /** Whether in every run at full speed receipts were folded within a tenth of the time that sending took, after it. */
  readonly folding_keeps_up: boolean | null;
  /** The bare loop was so slow that nothing should be concluded. */
  readonly machine_too_busy: boolean | null;
}

/** Undefined without runs. */
function meanRate(runs: readonly EngineFigures[]): number | undefined {
  if (runs.length === 0) return undefined;
  return runs.reduce((sum, run) => sum + run.messages_per_second, 0) / runs.length;
}

/** Of every run at full speed; where receipts are spread there is nothing to keep up with. */
function keepsUp(runs: readonly (EngineFigures | undefined)[]): boolean | null {
  const measured = runs.filter((run) => run !== undefined);
  if (measured.length === 0) return null;
  return measured.every((run) => run.fold_tail_seconds <= run.seconds * MAX_FOLD_TAIL);
}

export function summaryOf(figures: Figures, options: BenchOptions): BenchSummary {
  const { bare, bare_gathered, bare_batched, per_customer, webhooks } = figures;
  const { engine, engine_gathered, engine_batched, engine_large, engine_spread } = figures;
  const { engine_beside_large = [] } = figures;
  const rate = engine?.messages_per_second;
  const small = engine_beside_large.filter(({ messages }) => messages === 10_000);
  return {
    profile: 'production',
    time_factor: options.timeFactor,
    customers: (engine_large ?? engine)?.messages ?? options.baseCustomers,
    engine_to_bare: ratioOf(rate, bare?.messages_per_second),
    engine_to_bare_gathered: ratioOf(
      engine_gathered?.messages_per_second,
      bare_gathered?.messages_per_second,
    ),
    engine_to_per_customer: ratioOf(rate, per_customer?.messages_per_second),
    events_ratio_to_per_customer: ratioOf(per_customer?.events_per_message, engine?.events_per_message),
    events_per_message: engine?.events_per_message ?? null,
    events_per_message_spread: engine_spread?.events_per_message ?? null,
    engine_messages_per_second: rate ?? null,
    bare_messages_per_second: bare?.messages_per_second ?? null,
    per_customer_messages_per_second: per_customer?.messages_per_second ?? null,
    batched_messages_per_second: engine_batched?.messages_per_second ?? null,
    batched_to_bare_batched: ratioOf(engine_batched?.messages_per_second, bare_batched?.messages_per_second),
    scale_100k_to_10k:
      engine_large?.messages === 100_000 ? ratioOf(engine_large.messages_per_second, meanRate(small)) : null,
    worker_peak_mb: (engine_large ?? engine)?.processes['worker']?.peak_mb ?? null,
    webhook_ack_p99_ms: webhooks?.ack_p99_ms ?? null,
    webhooks_per_second: webhooks?.acknowledged_per_second ?? null,
    folding_keeps_up: keepsUp([engine, engine_gathered, engine_batched, engine_large]),
    machine_too_busy: bare ? bare.messages_per_second < BUSY_BELOW : null,
  };
}
