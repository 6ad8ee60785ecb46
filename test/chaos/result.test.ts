import { brokenPromises, type ChaosResult } from '../../chaos/result.ts';
import { RARE_PATHS } from '../../domain/rare-path.ts';

const counts = Object.fromEntries(RARE_PATHS.map((name) => [name, 1])) as ChaosResult['rare_paths'];
const KEPT: ChaosResult = {
  ...{
    profile: 'chaos',
    seed: 1,
    kills: 20,
    kills_by_target: { worker: 20 },
    stops: 21,
    stops_in_flight: 14,
  },
  ...{ customers: 2_000, messages: 1_900, duplicates: 0, lost: 0, claims_after_stop: 0, calls_after_stop: 0 },
  ...{
    calls_within_1s: 2,
    calls_frozen: 1,
    receipts_acknowledged: 1_800,
    receipts_applied: 1_800,
    unknown: 0,
  },
  ...{ unresolved: 0, unresolved_gated: 3, leaks: [], nonsense_taken: 0, rare_paths: counts, seconds: 200 },
};

describe('the judgement of a rehearsal', () => {
  it('finds nothing wrong where every promise was kept', () => {
    expect(brokenPromises(KEPT, 20)).toEqual([]);
  });

  it.each<[keyof ChaosResult, ChaosResult[keyof ChaosResult]]>([
    ['duplicates', 1],
    ['lost', 2],
    ['claims_after_stop', 1],
    ['calls_after_stop', 1],
    ['unknown', 1],
    ['unresolved', 1],
    ['leaks', ['worker.log']],
    ['nonsense_taken', 1],
    ['receipts_applied', 1_799],
    ['kills', 19],
    ['stops_in_flight', 10],
    ['rare_paths', { ...counts, zombie_fenced: 0 }],
  ])('names what is broken: %s', (field, value) => {
    expect(brokenPromises({ ...KEPT, [field]: value }, 20)).toHaveLength(1);
  });
});
