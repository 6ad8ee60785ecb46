import type { RarePathCounts } from './rare-paths.ts';

/** What `npm run chaos -- --json` prints. */
export interface ChaosResult {
  readonly profile: string;
  readonly seed: number;
  readonly kills: number;
  readonly kills_by_target: Readonly<Record<string, number>>;
  readonly stops: number;
  /** Opt-outs of numbers whose message was queued or being offered. */
  readonly stops_in_flight: number;
  readonly customers: number;
  readonly messages: number;
  readonly duplicates: number;
  readonly lost: number;
  readonly claims_after_stop: number;
  readonly calls_after_stop: number;
  readonly calls_within_1s: number;
  readonly calls_frozen: number;
  readonly receipts_acknowledged: number;
  readonly receipts_applied: number;
  readonly unknown: number;
  readonly unresolved: number;
  readonly unresolved_gated: number;
  /** Places in which a phone number stands that must not have one. */
  readonly leaks: readonly string[];
  /** Webhooks that were taken although nobody should take them. */
  readonly nonsense_taken: number;
  readonly rare_paths: RarePathCounts;
  readonly seconds: number;
}

/** What of a result breaks a promise, in words; nothing when all were kept. */
export function brokenPromises(result: ChaosResult, wantedKills: number): readonly string[] {
  const none = {
    duplicates: result.duplicates,
    lost: result.lost,
    'claims after an opt-out': result.claims_after_stop,
    'calls after an opt-out': result.calls_after_stop,
    'messages in doubt': result.unknown,
    'unresolved messages': result.unresolved,
    'phone numbers in logs or histories': result.leaks.length,
    'forged or broken webhooks that were taken': result.nonsense_taken,
    'acknowledged receipts that were not applied': result.receipts_acknowledged - result.receipts_applied,
    'kills that were not made': wantedKills - result.kills,
  };
  const paths = Object.entries(result.rare_paths).flatMap(([name, count]) =>
    count === 0 ? [`The rare path ${name} was not taken.`] : [],
  );
  return [
    ...Object.entries(none).flatMap(([what, count]) => (count === 0 ? [] : [`${count} ${what}.`])),
    ...(result.stops_in_flight * 2 < result.stops
      ? ['Less than half of the opt-outs met a message in flight.']
      : []),
    ...paths,
  ];
}
