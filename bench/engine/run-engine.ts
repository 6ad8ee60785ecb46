import { randomUUID } from 'node:crypto';
import { readHistories, type Histories } from '../../stack/demo/read-histories.ts';
import { ledgerEnd, readLedgerFrom, type LedgerTail } from '../ledger-tail.ts';
import { readMeter, stepTimes, type StepTimes } from '../meter/read-meter.ts';
import { ProcessWatch, type ProcessUse } from '../processes.ts';
import { rateOf } from '../rate.ts';
import { temporalOf, type BenchStack } from '../stack.ts';
import { readTimes, type RunTimes } from './run-times.ts';
import { benchScenario } from './scenario.ts';
import { untilFinished } from './until-finished.ts';

export interface EngineFigures {
  readonly messages: number;
  readonly messages_per_call: number;
  readonly messages_per_second: number;
  /** Of every run, where these are the figures of the best. */
  readonly by_run?: readonly number[];
  /** From the first claim to the last callback answered. */
  readonly seconds: number;
  /** From the last callback answered to the last receipt folded. */
  readonly fold_tail_seconds: number;
  /** From the launch to the run's end. */
  readonly run_seconds: number;
  /** Older results do not have it. */
  readonly histories?: Histories;
  readonly history_events: number;
  readonly events_per_message: number;
  readonly steps: Readonly<Record<string, StepTimes>>;
  readonly processes: Readonly<Record<string, ProcessUse>>;
}

export interface EngineOptions {
  readonly name: string;
  readonly customers: number;
  readonly messagesPerCall: number;
}

/** Launches one run and measures it from its first call to its end. @throws Error when a message has not been delivered once */
export async function runEngine(stack: BenchStack, options: EngineOptions): Promise<EngineFigures> {
  const { name, customers, messagesPerCall } = options;
  await stack.pool.query('UPDATE integration SET messages_per_call = $1', [messagesPerCall]);
  const { id: scenarioId } = await stack.api.createScenario(benchScenario(name, customers));
  const [start, meterBefore] = [await ledgerEnd(stack.home), await readMeter(stack.home)];
  const watch = new ProcessWatch(stack.pids);
  await watch.start();
  const launchedAt = performance.now();
  const run = await stack.api.launch(scenarioId, randomUUID());
  await untilFinished(stack, run.id);
  const runSeconds = (performance.now() - launchedAt) / 1_000;
  const processes = await watch.read();
  const steps = stepTimes(meterBefore, await readMeter(stack.home));
  const tail = await readLedgerFrom(stack.home, start);
  const times = await readTimes(stack.pool, run.id);
  assertDelivered(customers, times, tail);
  const histories = await readHistories(temporalOf(stack), run.id, times.cohorts);
  const ms = tail.lastCallbackAt - times.firstClaimAt;
  return {
    messages: customers,
    messages_per_call: messagesPerCall,
    messages_per_second: rateOf(customers, ms),
    seconds: Math.round(ms) / 1_000,
    fold_tail_seconds: Math.max(0, Math.round(times.foldedAt - tail.lastCallbackAt) / 1_000),
    run_seconds: Math.round(runSeconds * 10) / 10,
    histories,
    history_events: histories.events,
    events_per_message: Math.round((histories.events / customers) * 10_000) / 10_000,
    steps,
    processes,
  };
}

function assertDelivered(customers: number, { delivered }: RunTimes, tail: LedgerTail): void {
  if (delivered === customers && tail.accepted === customers && tail.duplicates === 0) return;
  throw new Error(
    `Of ${customers} messages ${delivered} were delivered; the simulator accepted ${tail.accepted}, ` +
      `${tail.duplicates} of them twice. Such a run is not worth measuring.`,
  );
}
