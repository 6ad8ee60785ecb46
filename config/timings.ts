import type { TimingProfile, Timings } from '../domain/timings.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

const PRODUCTION: Timings = {
  profile: 'production',
  callStartMs: SECOND,
  callMs: 10 * SECOND,
  recordMs: 5 * SECOND,
  claimGraceMs: 60 * SECOND,
  lookUpMs: [MINUTE, 2 * MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 6 * HOUR, 24 * HOUR],
  lookUpLeaseMs: MINUTE,
  retryMs: [SECOND, 2 * SECOND, 4 * SECOND, 8 * SECOND, 15 * SECOND, 30 * SECOND, MINUTE],
  receiptDeadlineMs: 24 * HOUR,
  receiptSlackMs: 5 * MINUTE,
  arrivalBufferMs: MINUTE,
  hintMs: { first: 20 * SECOND, last: 5 * MINUTE },
  rounding: { fraction: 1 / 60, minMs: SECOND, maxMs: 15 * MINUTE },
  freshnessMs: { marketing: 4 * HOUR, transactional: 15 * MINUTE },
  windowMarginMs: 15 * MINUTE,
  finishAfterMs: 72 * HOUR,
  holdRecheckMs: 30 * SECOND,
  backlogGapMs: 10,
  breakerProbeMs: { first: 30 * SECOND, last: 5 * MINUTE },
  sweepMs: SECOND,
  historyEvents: 2_000,
  heartbeatMs: 15 * SECOND,
  activityMs: 30 * SECOND,
  importLeaseMs: 30 * SECOND,
};

const DEMO: Timings = {
  ...PRODUCTION,
  profile: 'demo',
  callMs: 2 * SECOND,
  recordMs: 2 * SECOND,
  claimGraceMs: 6 * SECOND,
  lookUpMs: [6 * SECOND, 8 * SECOND, 12 * SECOND, 20 * SECOND, 40 * SECOND, 2 * MINUTE],
  receiptDeadlineMs: 25 * SECOND,
  receiptSlackMs: 10 * SECOND,
  arrivalBufferMs: 2 * SECOND,
  hintMs: { first: SECOND, last: 8 * SECOND },
  finishAfterMs: 30 * MINUTE,
  holdRecheckMs: 2 * SECOND,
  backlogGapMs: 2,
  breakerProbeMs: { first: 2 * SECOND, last: 15 * SECOND },
  sweepMs: SECOND / 4,
  historyEvents: 2_000,
  heartbeatMs: 5 * SECOND,
  activityMs: 10 * SECOND,
  importLeaseMs: 10 * SECOND,
};

/** As the demo's, but what is in doubt is given up sooner: nobody is away for longer than a rehearsal kills him. */
const CHAOS: Timings = {
  ...DEMO,
  profile: 'chaos',
  lookUpMs: [6 * SECOND, 8 * SECOND, 12 * SECOND, 18 * SECOND, 26 * SECOND, 36 * SECOND],
  lookUpLeaseMs: 24 * SECOND,
  receiptDeadlineMs: 15 * SECOND,
};

const TEST: Timings = {
  ...DEMO,
  profile: 'test',
  callMs: 2 * SECOND,
  recordMs: SECOND,
  claimGraceMs: 4_100,
  lookUpMs: [4_100, 4_600, 5_200, 6 * SECOND, 8 * SECOND, 11 * SECOND],
  retryMs: [SECOND / 5, SECOND / 2, SECOND],
  receiptDeadlineMs: 6 * SECOND,
  receiptSlackMs: 2 * SECOND,
  arrivalBufferMs: SECOND / 2,
  hintMs: { first: SECOND / 4, last: 2 * SECOND },
  finishAfterMs: 2 * MINUTE,
  holdRecheckMs: SECOND / 2,
  backlogGapMs: 1,
  breakerProbeMs: { first: SECOND / 2, last: 2 * SECOND },
  sweepMs: SECOND / 10,
  historyEvents: 300,
  heartbeatMs: 3 * SECOND,
  activityMs: 5 * SECOND,
  importLeaseMs: 2 * SECOND,
};

const PROFILES: Readonly<Record<TimingProfile, Timings>> = {
  production: PRODUCTION,
  demo: DEMO,
  chaos: CHAOS,
  test: TEST,
};

/** The timings of a profile. @throws Error when their order would let two processes hold one claim */
export function timingsOf(profile: TimingProfile): Timings {
  return assertTimings(PROFILES[profile]);
}

/**
 * Timings for a measurement in which receipts come faster by a factor than they would in life.
 *
 * Divided is what waits for receipts: their deadline, buffers, hints and rounding. How long a call, a claim and an
 * attempt may take stays, for the machine does not become faster.
 */
export function dividedTimings(timings: Timings, divisor: number): Timings {
  const { receiptDeadlineMs, receiptSlackMs, arrivalBufferMs, hintMs, rounding } = timings;
  const divided = (ms: number): number => Math.max(1, Math.round(ms / divisor));
  return {
    ...timings,
    receiptDeadlineMs: divided(receiptDeadlineMs),
    receiptSlackMs: divided(receiptSlackMs),
    arrivalBufferMs: divided(arrivalBufferMs),
    hintMs: { first: divided(hintMs.first), last: divided(hintMs.last) },
    rounding: { ...rounding, minMs: divided(rounding.minMs), maxMs: divided(rounding.maxMs) },
  };
}

export function assertTimings(timings: Timings): Timings {
  const { callStartMs, callMs, recordMs, claimGraceMs, lookUpMs, profile } = timings;
  const life = callStartMs + callMs + recordMs;
  if (life >= claimGraceMs) {
    throw new Error(
      `Timings "${profile}": a claim can live ${life} ms, so claimGraceMs must be longer than ${claimGraceMs} ms.`,
    );
  }
  if (lookUpMs.some((at, i) => at < (lookUpMs[i - 1] ?? claimGraceMs))) {
    throw new Error(`Timings "${profile}": lookUpMs must start at claimGraceMs or later and never go back.`);
  }
  return timings;
}
