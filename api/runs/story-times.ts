import type { MessageRow, TraceRow } from './read-story.ts';

/** When a customer left a node: exactly, or the first and last instant at which members of the cohort left so. */
export type StepTime = { readonly exact: Date } | { readonly first: Date; readonly last: Date };

export interface TimedStep {
  readonly trace: Pick<TraceRow, 'outcome' | 'first_at' | 'last_at'>;
  readonly message: Pick<MessageRow, 'accepted_at' | 'ended_at'> | undefined;
}

/**
 * The times of a customer's steps, in the order of the path; no step begins or ends before the one before it.
 *
 * What the cohort's instants leave open is narrowed by what is known of the steps around: nobody leaves a node before
 * the one that led to it.
 */
export function stepTimes(admittedAt: Date, steps: readonly TimedStep[]): readonly StepTime[] {
  let from = admittedAt.getTime();
  const spans = steps.map(({ trace, message }) => {
    const last = Math.max(from, trace.last_at.getTime());
    const instant = decisiveInstant(trace.outcome, message)?.getTime();
    const exact = instant !== undefined && instant >= from && instant <= last ? instant : undefined;
    from = exact ?? Math.max(from, Math.min(trace.first_at.getTime(), last));
    return { exact, first: from, last: exact ?? last };
  });
  let until = Infinity;
  return spans
    .toReversed()
    .map(({ exact, first, last }): StepTime => {
      until = Math.min(until, last);
      return exact === undefined
        ? { first: new Date(first), last: new Date(until) }
        : { exact: new Date(exact) };
    })
    .toReversed();
}

/** The earliest instant that a step's time leaves possible. */
export function earliest(time: StepTime): Date {
  return 'exact' in time ? time.exact : time.first;
}

/** The latest instant that a step's time leaves possible. */
export function latest(time: StepTime): Date {
  return 'exact' in time ? time.exact : time.last;
}

/** What of a message let its customer go; it may have changed since. */
function decisiveInstant(outcome: string, message: TimedStep['message']): Date | undefined {
  switch (outcome) {
    case 'accepted':
    case 'dispatched':
      return message?.accepted_at ?? undefined;
    case 'delivered':
    case 'failed':
    case 'expired':
    case 'rejected':
    case 'no_receipt':
    case 'unresolved':
      return message?.ended_at ?? undefined;
    default:
      return undefined;
  }
}
