import fc from 'fast-check';
import { earliest, stepTimes, type StepTime, type TimedStep } from '../../api/runs/story-times.ts';

const at = (instant: number): Date => new Date(instant);

/** A customer's way as it was, and what a cohort's rows and messages keep of it. */
const way = fc
  .array(
    fc.record({
      stay: fc.nat(50),
      before: fc.nat(100),
      after: fc.nat(100),
      outcome: fc.constantFrom('next', 'accepted', 'delivered', 'failed', 'unknown', 'suppressed'),
      message: fc.option(fc.record({ recordedAfter: fc.nat(20), endedLater: fc.nat(500) })),
    }),
    { maxLength: 8 },
  )
  .map((steps) => {
    let now = 1_000;
    return steps.map(({ stay, before, after, outcome, message }) => {
      const came = now;
      now += stay;
      const decided = Math.max(came, now - (message?.recordedAfter ?? 0));
      const ended = at(outcome === 'accepted' ? now + (message?.endedLater ?? 0) : decided);
      const step: TimedStep = {
        trace: { outcome, first_at: at(now - before), last_at: at(now + after) },
        message: message ? { accepted_at: at(decided), ended_at: ended } : undefined,
      };
      return { left: now, step };
    });
  });

function latest(time: StepTime): Date {
  return 'exact' in time ? time.exact : time.last;
}

function neverFalls(instants: readonly Date[]): boolean {
  return instants.every((instant, index) => index === 0 || instant >= (instants[index - 1] ?? instant));
}

describe('the times of a story', () => {
  it('never run backwards, and hold the instant at which the customer left', () => {
    fc.assert(
      fc.property(way, (steps) => {
        const times = stepTimes(
          at(1_000),
          steps.map(({ step }) => step),
        );
        expect(neverFalls([at(1_000), ...times.map(earliest)])).toBe(true);
        expect(neverFalls(times.map(latest))).toBe(true);
        times.forEach((time, index) => {
          expect(earliest(time) <= at(steps[index]?.left ?? 0)).toBe(true);
          if ('last' in time) expect(time.last >= at(steps[index]?.left ?? 0)).toBe(true);
        });
      }),
    );
  });

  it('do not believe a message that changed after its customer had left', () => {
    const trace = { outcome: 'failed', first_at: at(2_000), last_at: at(3_000) };
    const message = { accepted_at: at(1_500), ended_at: at(9_000) };
    expect(stepTimes(at(1_000), [{ trace, message }])).toEqual([{ first: at(2_000), last: at(3_000) }]);
  });

  it('are those of the acceptance for a message that nobody waited for', () => {
    const trace = { outcome: 'accepted', first_at: at(2_000), last_at: at(3_000) };
    const message = { accepted_at: at(2_100), ended_at: at(2_900) };
    expect(stepTimes(at(1_000), [{ trace, message }])).toEqual([{ exact: at(2_100) }]);
  });
});
