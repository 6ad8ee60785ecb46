import { brokenPromises, type ChaosResult } from '../../chaos/result.ts';
import { noTroubles } from '../../chaos/trouble-counts.ts';
import { RARE_PATHS } from '../../domain/rare-path.ts';

const counts = Object.fromEntries(RARE_PATHS.map((name) => [name, 1])) as ChaosResult['rare_paths'];
const KEPT: ChaosResult = {
  ...{
    profile: 'chaos',
    provider: 'infobip',
    seed: 1,
    kills: 20,
    kills_by_target: { worker: 12, pump: 2, api: 2, postgres: 2, temporal: 2 },
    kills_by_point: { after_claim: 4 },
    stops: 21,
    stops_in_flight: 14,
    stops_written: 10,
    stops_unheard: 0,
  },
  ...{
    customers: 2_000,
    messages: 1_900,
    accepted: 1_850,
    duplicates: 0,
    calls_unclaimed: 0,
    losses: {},
    lost: 0,
    fallbacks: 30,
    fallbacks_twice: 0,
    fallbacks_unsettled: 0,
    claims_after_stop: 0,
    calls_after_stop: 0,
  },
  ...{
    calls_within_1s: 2,
    calls_frozen: 1,
    receipts_acknowledged: 1_800,
    receipts_applied: 1_800,
    receipts_misapplied: 0,
    unknown: 0,
  },
  ...{
    unresolved: 0,
    unresolved_allowed: 0,
    unresolved_why: { untold: 0, failed: 0, unoffered: 0, told: 0 },
    unresolved_gated: 3,
    leaks: [],
    leaks_searched: { logs: 7, histories: 20, numbers: 1_900 },
    witness_lives: true,
    nonsense_taken: 0,
    troubles: { ...noTroubles(), terminated: 1, throttle: 2 },
    troubles_planned: { ...noTroubles(), terminated: 1, throttle: 3 },
    rare_paths: counts,
    rare_paths_impossible: {},
    stalls: [],
    seconds: 200,
    phases: {},
  },
};

describe('the judgement of a rehearsal', () => {
  it('finds nothing wrong where every promise was kept', () => {
    expect(brokenPromises(KEPT, 20)).toEqual([]);
  });

  it.each<[keyof ChaosResult, ChaosResult[keyof ChaosResult]]>([
    ['duplicates', 1],
    ['calls_unclaimed', 1],
    ['lost', 2],
    ['fallbacks', 0],
    ['fallbacks_twice', 1],
    ['fallbacks_unsettled', 1],
    ['stops_written', 6],
    ['claims_after_stop', 1],
    ['calls_after_stop', 1],
    ['stops_unheard', 1],
    ['receipts_misapplied', 1],
    ['unknown', 1],
    ['unresolved', 1],
    ['leaks', ['worker.log']],
    ['nonsense_taken', 1],
    ['witness_lives', false],
    ['troubles', { ...noTroubles(), throttle: 2 }],
    ['troubles', { ...noTroubles(), terminated: 1, throttle: 1 }],
    ['stalls', ['the end of run 1: nothing of it within 900 s.']],
    ['receipts_applied', 1_799],
    ['kills', 19],
    ['stops_in_flight', 10],
    ['stops', 19],
    ['accepted', 900],
    ['messages', 1_849],
    ['leaks_searched', { logs: 7, histories: 0, numbers: 1_900 }],
    ['kills_by_target', { worker: 13, pump: 2, api: 2, postgres: 2, temporal: 1 }],
    ['kills_by_target', { worker: 9, pump: 5, api: 2, postgres: 2, temporal: 2 }],
    ['rare_paths', { ...counts, zombie_fenced: 0 }],
  ])('names what is broken: %s', (field, value) => {
    expect(brokenPromises({ ...KEPT, [field]: value }, 20)).toHaveLength(1);
  });

  it('holds a vendor that repeats nothing to what its killed workers may have left, and to what it was told', () => {
    const sinch = {
      ...KEPT,
      provider: 'sinch',
      unresolved: 40,
      unresolved_allowed: 12 * 128,
      rare_paths: { ...counts, same_id_repeat: 0 },
      rare_paths_impossible: { same_id_repeat: 'Nothing is repeated.' },
    };
    expect(brokenPromises(sinch, 20)).toEqual([]);
    expect(brokenPromises({ ...sinch, unresolved: 1_537 }, 20)).toHaveLength(1);
    expect(
      brokenPromises({ ...sinch, unresolved_why: { ...KEPT.unresolved_why, told: 1 } }, 20),
    ).toHaveLength(1);
    expect(brokenPromises({ ...sinch, rare_paths: { ...sinch.rare_paths, unknown: 0 } }, 20)).toHaveLength(1);
  });

  it('is not content with promises about nothing', () => {
    const silent = { ...KEPT, receipts_acknowledged: 900, receipts_applied: 900 };
    expect(brokenPromises(silent, 20)).toEqual([
      'Fewer receipts than half of the customers were acknowledged.',
    ]);
    const nothing = { ...silent, accepted: 0, messages: 0, receipts_acknowledged: 0, receipts_applied: 0 };
    expect(brokenPromises(nothing, 20)).toHaveLength(2);
  });

  it('takes more kills than were wanted for as many', () => {
    const kills_by_target = { ...KEPT.kills_by_target, pump: 3 };
    expect(brokenPromises({ ...KEPT, kills: 21, kills_by_target }, 20)).toEqual([]);
  });
});
