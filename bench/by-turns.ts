import { BARE_SETTINGS, BareLoop, type BareFigures, type BareOptions } from './bare/bare-loop.ts';
import { runEngine, type EngineFigures } from './engine/run-engine.ts';
import { whileFrozen } from './frozen.ts';
import type { BenchStack } from './stack.ts';

/** Figures of the fastest run, with the rate of each. */
export type BestEngineFigures = EngineFigures & { readonly by_run: readonly number[] };

export interface Turns {
  readonly name: string;
  readonly shape: BareOptions;
  /** Whether the bare loop is measured, too. */
  readonly withBare: boolean;
}

export interface TurnFigures {
  readonly engine: BestEngineFigures;
  readonly bare?: BareFigures;
}

/**
 * Measures the engine as often as the bare loop has settings, and the bare loop before each of its runs, while the stack
 * stands still; the best of each counts.
 *
 * A shared machine becomes faster and slower within minutes: by turns both meet the same.
 */
export async function measureByTurns(
  stack: BenchStack,
  { name, shape, withBare }: Turns,
): Promise<TurnFigures> {
  const bare = withBare ? await BareLoop.start(stack.home, shape) : undefined;
  const runs: EngineFigures[] = [];
  try {
    for (const calls of BARE_SETTINGS) {
      if (bare) await whileFrozen(stack.pids, () => bare.measure(calls));
      const { messages: customers, messagesPerCall } = shape;
      runs.push(await runEngine(stack, { name: `${name} ${runs.length + 1}`, customers, messagesPerCall }));
    }
    const engine = bestOf(runs);
    return bare ? { engine, bare: await bare.figures() } : { engine };
  } finally {
    await bare?.stop();
  }
}

function bestOf(runs: readonly EngineFigures[]): BestEngineFigures {
  const best = runs.reduce((one, other) =>
    other.messages_per_second > one.messages_per_second ? other : one,
  );
  return { ...best, by_run: runs.map((run) => run.messages_per_second) };
}
