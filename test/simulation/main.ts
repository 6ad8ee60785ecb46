import { parseArgs } from 'node:util';
import fc from 'fast-check';
import { installTime } from './world/virtual-time.ts';

/**
 * Simulates the life of messages: the engine's own code and SQL under a scheduler that tries what may come in between.
 *
 * `--runs N` interleavings, `--seed N` to see the same ones again. A failure is shrunk and told step by step; the last
 * line is one JSON object.
 */
const { values } = parseArgs({ options: { runs: { type: 'string' }, seed: { type: 'string' } } });
const numRuns = Number(values.runs ?? 2_000);
const seed = Number(values.seed ?? Date.now() % 1_000_000_000);
const clock = process.hrtime.bigint.bind(process.hrtime);

installTime();
const { installEngine } = await import('./world/engine.ts');
installEngine();
const { assertNothingBroken, simulate } = await import('./world/simulate.ts');
const { anySetting, anyStep } = await import('./world/steps.ts');
// What a failure says is the story of its simulation: no stack tells more, and each costs time.
Error.stackTraceLimit = 0;

const seen = new Map<string, number>();
let runs = 0;
const startedAt = clock();
const result = await fc.check(
  fc.asyncProperty(anySetting, fc.array(anyStep, { maxLength: 50, size: 'max' }), async (setting, steps) => {
    const world = await simulate(setting, steps);
    runs += 1;
    for (const what of world.watch.seen) seen.set(what, (seen.get(what) ?? 0) + 1);
    assertNothingBroken(world);
  }),
  { numRuns, seed },
);
const seconds = Number(clock() - startedAt) / 1e9;
if (result.failed) {
  const cause = result.errorInstance;
  process.stdout.write(`${cause instanceof Error ? cause.message : String(cause)}\n\n`);
  process.exitCode = 1;
}
const perSecond = Math.round(runs / seconds);
const summary = { seed, runs, perSecond, seen: Object.fromEntries([...seen].sort()) };
process.stdout.write(`${JSON.stringify(summary)}\n`);
