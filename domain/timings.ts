export const TIMING_PROFILES = ['production', 'demo', 'chaos', 'test'] as const;
export type TimingProfile = (typeof TIMING_PROFILES)[number];

/**
 * Every waiting time of the engine itself, in milliseconds; durations written in a scenario are not among them.
 *
 * A claim's life must be over before anyone else may look:
 * `callStartMs + callMs + recordMs < claimGraceMs ≤ lookUpMs[0]`.
 */
export interface Timings {
  readonly profile: TimingProfile;
  /** From a claim's commit, the time within which its call starts or is not made. */
  readonly callStartMs: number;
  /** Longest call to a provider. */
  readonly callMs: number;
  /** Longest recording of an outcome. */
  readonly recordMs: number;
  /** From a claim, the time after which others may look at it. */
  readonly claimGraceMs: number;
  /** Look-ups of a message in doubt, counted from its claim; after the last one it is `unresolved`. */
  readonly lookUpMs: readonly number[];
  /** For how long messages that are being looked up are nobody else's: as long as nobody knows that he has died. */
  readonly lookUpLeaseMs: number;
  /** Waiting times before a provably unsent message is offered again; the last one repeats. */
  readonly retryMs: readonly number[];
  /** How long a message node waits for delivery reports. */
  readonly receiptDeadlineMs: number;
  /** After its receipt deadline, when a message that no workflow closed is closed by the sweep. */
  readonly receiptSlackMs: number;
  /** How long a node gathers arrivals before it opens a visit, in cohorts of ten members or more. */
  readonly arrivalBufferMs: number;
  /** Intervals between hints to a cohort: the first, doubling up to the last. */
  readonly hintMs: { readonly first: number; readonly last: number };
  /** A wait's deadline is rounded up to a grid of `length × fraction`, within these bounds. */
  readonly rounding: { readonly fraction: number; readonly minMs: number; readonly maxMs: number };
  /** How late a message may leave after it was planned, by class of its category. */
  readonly freshnessMs: { readonly marketing: number; readonly transactional: number };
  /** How long before the end of the hours in which marketing may reach somebody nothing more of it is claimed. */
  readonly windowMarginMs: number;
  /** After this time a run is finished even if a message has not ended. */
  readonly finishAfterMs: number;
  /** Between two messages of what a hold, a pause or an open breaker has kept, once it is released. */
  readonly backlogGapMs: number;
  /** How often a held member is looked at again. */
  readonly holdRecheckMs: number;
  /** While an integration's breaker is open: pause before the first probe, doubling up to the last. */
  readonly breakerProbeMs: { readonly first: number; readonly last: number };
  /** Pause of the sweeps and of the relay when they find nothing to do. */
  readonly sweepMs: number;
  /** Without a heartbeat for this long an activity's worker counts as dead. */
  readonly heartbeatMs: number;
  /** Events of a workflow's history after which it continues as new; Temporal itself suggests it at 4,096. */
  readonly historyEvents: number;
  /** Longest single attempt of an activity that makes no calls. */
  readonly activityMs: number;
  /** Without a sign of life for this long whoever carries out an import job counts as dead. */
  readonly importLeaseMs: number;
}
