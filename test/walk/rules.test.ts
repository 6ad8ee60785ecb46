import { MemberSet } from '../../domain/member-set.ts';
import { WALK_VERSION } from '../../domain/walk-version.ts';
import { rulesOf, WALK_RULES } from '../../walk/rules.ts';
import { walkOn } from '../support/virtual-clock.ts';
import { graphOf, VirtualWalk } from '../support/virtual-walk.ts';

const LOOP = graphOf({
  start: ['now', {}, { next: 'ask' }],
  ask: ['condition', {}, { yes: 'rest' }],
  rest: ['wait', { forMs: 60_000 }, { next: 'ask' }],
});

describe("the walk's own decisions", () => {
  it('are there for every version from the first to the newest', () => {
    const versions = Array.from({ length: WALK_VERSION }, (_, index) => String(index + 1));
    expect(Object.keys(WALK_RULES)).toEqual(versions);
  });

  it.each([0, WALK_VERSION + 1, 1.5, Number.NaN])(
    'are refused for version %d, which nobody knows',
    (version) => {
      expect(() => rulesOf(version)).toThrow(/waits for another worker/);
    },
  );

  it('go by the rules that the walk was given', async () => {
    const host = new VirtualWalk(
      12,
      LOOP,
      { evaluateCondition: (scope) => ({ matching: scope.members }) },
      3,
    );
    expect(await walkOn(host.walk(), host.clock)).toBe(true);
    expect(host.trace.at(-1)).toMatchObject({
      pass: 3,
      exit: 'pass_limit',
      members: MemberSet.full(12).toHex(),
    });
  });
});
