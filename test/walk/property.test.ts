import fc from 'fast-check';
import { MemberSet } from '../../domain/member-set.ts';
import { walkInterrupted, type InterruptedWalk } from '../support/interrupted-walk.ts';
import { walkAlone } from '../support/single-walk.ts';
import {
  describeCase,
  fateOf,
  isMatching,
  receiptAfterMs,
  walkCase,
  type WalkCase,
} from '../support/walk-case.ts';

const CASES = 2_000;

/** On a machine that is slower than this the cases end here, those of a search for the smallest failure, too. */
const LIMIT_MS = 150_000;

describe('a cohort on any graph, interrupted anywhere', () => {
  it(`takes every member the way that the member would go alone, in up to ${CASES} random cases`, async () => {
    let cases = 0;
    await fc.assert(
      fc.asyncProperty(walkCase, async (one) => {
        const { host, done } = await walk(one);
        expect(done).toBe(true);
        expect(pathsOf(host, one.size)).toEqual(
          Array.from({ length: one.size }, (_, member) => `member ${member}: ${walkAlone(one, member)}`),
        );
        cases += 1;
      }),
      { numRuns: CASES, interruptAfterTimeLimit: LIMIT_MS, reporter: report },
    );
    expect(cases).toBeGreaterThan(CASES / 10);
  }, 300_000);
});

function walk(one: WalkCase): ReturnType<typeof walkInterrupted> {
  return walkInterrupted({
    ...one,
    fateOf: (...about) => fateOf(one, ...about),
    isMatching: (...about) => isMatching(one, ...about),
    receiptAfterMs: (...about) => receiptAfterMs(one, ...about),
  });
}

/** Every member's steps in the trace, which is in the order in which they were taken. */
function pathsOf({ trace }: InterruptedWalk, size: number): string[] {
  const paths = Array.from({ length: size }, (): string[] => []);
  for (const { nodeId, pass, members, outcome, exit } of trace) {
    const steps = [`${nodeId}/${pass} ${outcome}`];
    if (exit !== null) steps.push(exit === 'exit' ? 'done' : exit);
    for (const member of MemberSet.fromHex(size, members).indexes()) paths[member]?.push(...steps);
  }
  return paths.map((path, member) => `member ${member}: ${path.join(' ')}`);
}

function report(run: fc.RunDetails<[WalkCase]>): void {
  if (!run.failed) return;
  const [smallest] = run.counterexample ?? [];
  const what = run.errorInstance instanceof Error ? run.errorInstance.message : String(run.errorInstance);
  throw new Error(
    `Found after ${run.numRuns} cases (seed ${run.seed}), the smallest that fails:\n` +
      `${smallest ? describeCase(smallest) : ''}\n${what}`,
  );
}
