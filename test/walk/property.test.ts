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

describe('a cohort on any graph, interrupted anywhere', () => {
  it(`takes every member the way that the member would go alone, in ${CASES} random cases`, async () => {
    await fc.assert(
      fc.asyncProperty(walkCase, async (one) => {
        const { host, done } = await walk(one);
        expect(done).toBe(true);
        for (let member = 0; member < one.size; member += 1) {
          expect(`member ${member}: ${pathOf(host, member)}`).toBe(
            `member ${member}: ${walkAlone(one, member)}`,
          );
        }
      }),
      { numRuns: CASES, reporter: report },
    );
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

/** The member's steps in the trace, which is in the order in which they were taken. */
function pathOf({ trace }: InterruptedWalk, member: number): string {
  const steps = trace.filter(({ members }) => MemberSet.fromHex(members.length * 4, members).has(member));
  return steps
    .flatMap(({ nodeId, pass, outcome, exit }) => {
      const step = `${nodeId}/${pass} ${outcome}`;
      if (exit === null) return [step];
      return [step, exit === 'exit' ? 'done' : exit];
    })
    .join(' ');
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
