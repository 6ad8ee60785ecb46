import type { MemberSet } from '../domain/member-set.ts';
import type { Place } from './place.ts';

/** A visit whose behaviour is being carried; dropped and made anew at every interruption. */
export interface RunningVisit {
  readonly place: Place;
  /** `busy` while it computes, calls or lets members go; `asleep` until an instant or a hint. */
  status: 'busy' | 'asleep';
  wakeAt: number;
  /** Whether hints of receipts wake it. */
  wantsReceipts: boolean;
  /** Members that it was hinted of and has not dealt with: told again to whoever takes its place. */
  hinted: MemberSet;
  /** Ends its sleep with the members that were hinted. */
  wake: (hinted: MemberSet) => void;
}
