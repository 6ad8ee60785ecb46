import type { Doubts } from './doubts.ts';
import { killsOfEach } from './plan.ts';
import type { RarePathCounts } from './rare-paths.ts';
import { TARGETS } from './targets.ts';
import { lackingTroubles, type TroubleCounts } from './trouble-counts.ts';
import type { ChaosVendor } from './vendors.ts';

/** What `npm run chaos -- --json` prints. */
export interface ChaosResult {
  readonly profile: string;
  readonly provider: string;
  readonly seed: number;
  readonly kills: number;
  readonly kills_by_target: Readonly<Record<string, number>>;
  /** Of these, those at a point of the code; the others came at any instant. */
  readonly kills_by_point: Readonly<Record<string, number>>;
  readonly stops: number;
  /** Opt-outs of numbers whose message was queued or being offered. */
  readonly stops_in_flight: number;
  /** Of all, those that a handset wrote to the sender; the others came through the API. */
  readonly stops_written: number;
  /** Opt-outs that were answered and that the database does not know. */
  readonly stops_unheard: number;
  readonly customers: number;
  readonly messages: number;
  /** Messages in the provider's ledger: of these the other counts speak. */
  readonly accepted: number;
  readonly duplicates: number;
  /** Calls beyond the claims of their message, that a provider which refuses known ids made harmless. */
  readonly calls_unclaimed: number;
  readonly lost: number;
  /** What `lost` is the sum of. */
  readonly losses: Readonly<Record<string, number>>;
  /** MMS that could not be taken and have an SMS of the engine in their place. */
  readonly fallbacks: number;
  /** Second SMS in place of one MMS. */
  readonly fallbacks_twice: number;
  /** MMS of which nobody says, or somebody says wrongly, what has come of that. */
  readonly fallbacks_unsettled: number;
  readonly claims_after_stop: number;
  readonly calls_after_stop: number;
  readonly calls_within_1s: number;
  readonly calls_frozen: number;
  readonly receipts_acknowledged: number;
  readonly receipts_applied: number;
  /** Messages whose final reports were not tracked once each. */
  readonly receipts_misapplied: number;
  readonly unknown: number;
  readonly unresolved: number;
  /** How many may be: none where messages in doubt are repeated, else the calls that the killed workers may have had under way. */
  readonly unresolved_allowed: number;
  /** What the ledger says of those. */
  readonly unresolved_why: Doubts;
  readonly unresolved_gated: number;
  /** Places in which a phone number stands that must not have one. */
  readonly leaks: readonly string[];
  readonly leaks_searched: { readonly logs: number; readonly histories: number; readonly numbers: number };
  /** Whether the simulator has lived through it all. */
  readonly witness_lives: boolean;
  /** Troubles beside kills and opt-outs that took place: of a provider's, those that a call met. */
  readonly troubles: TroubleCounts;
  readonly troubles_planned: TroubleCounts;
  /** Webhooks that were taken although nobody should take them, and forged reports in the inbox. */
  readonly nonsense_taken: number;
  readonly rare_paths: RarePathCounts;
  /** Those that the vendor's capabilities rule out, each with the reason. */
  readonly rare_paths_impossible: ChaosVendor['impossible'];
  /** What did not go on while the run was tormented, or did not end after it. */
  readonly stalls: readonly string[];
  readonly seconds: number;
  /** Where the time went. */
  readonly phases: Readonly<Record<string, number>>;
}

/** What of a result breaks a promise, in words; nothing when all were kept. */
export function brokenPromises(result: ChaosResult, wantedKills: number): readonly string[] {
  const none = {
    duplicates: result.duplicates,
    'calls beyond the claims of their message': result.calls_unclaimed,
    lost: result.lost,
    'second SMS in place of one MMS': result.fallbacks_twice,
    'MMS whose fallback is not settled': result.fallbacks_unsettled,
    'claims after an opt-out': result.claims_after_stop,
    'calls after an opt-out': result.calls_after_stop,
    'opt-outs that the database does not know': result.stops_unheard,
    'messages in doubt': result.unknown,
    'unresolved messages too many': Math.max(0, result.unresolved - result.unresolved_allowed),
    'unresolved messages that were told of': result.unresolved_why.told,
    'phone numbers in logs or histories': result.leaks.length,
    'forged or broken webhooks that were taken': result.nonsense_taken,
    'acknowledged receipts that were not applied': result.receipts_acknowledged - result.receipts_applied,
    'messages whose reports were not tracked once each': result.receipts_misapplied,
    'kills that were not made': Math.max(0, wantedKills - result.kills),
  };
  const paths = Object.entries(result.rare_paths).flatMap(([name, count]) =>
    count === 0 && !(name in result.rare_paths_impossible) ? [`The rare path ${name} was not taken.`] : [],
  );
  return [
    ...result.stalls.map((stall) => `Standstill: ${stall}`),
    ...Object.entries(none).flatMap(([what, count]) => (count === 0 ? [] : [`${count} ${what}.`])),
    ...tooLittle(result),
    ...lackingTroubles(result.troubles_planned, result.troubles).map(
      (kind) =>
        `Of ${result.troubles_planned[kind]} planned ${kind} only ${result.troubles[kind]} took place.`,
    ),
    ...paths,
  ];
}

/** What was not done, or not looked at, so that nothing found proves nothing. */
function tooLittle(result: ChaosResult): readonly string[] {
  const { kills, kills_by_target, stops, customers, leaks_searched, messages, accepted } = result;
  const { worker = 0, ...others } = kills_by_target;
  const fewest = Math.min(...TARGETS.map((target) => (target === 'worker' ? kills : (others[target] ?? 0))));
  const lacks: readonly (readonly [isSo: boolean, sentence: string])[] = [
    [!result.witness_lives, 'The simulator has died: its ledger may lack what it saw last.'],
    [worker * 2 < kills, 'Less than half of the kills were of workers.'],
    [fewest < killsOfEach(kills), 'A process had less than a tenth of the kills.'],
    [stops * 100 < customers, 'Less than one of a hundred customers opted out.'],
    [result.stops_in_flight * 2 < stops, 'Less than half of the opt-outs met a message in flight.'],
    [result.stops_written * 3 < stops, 'Less than a third of the opt-outs were written by a handset.'],
    [result.fallbacks === 0, 'No SMS was sent in place of an MMS.'],
    [accepted < customers / 2, 'The ledger has fewer acceptances than half of the customers.'],
    [messages < accepted, 'The database has fewer messages than the ledger has acceptances.'],
    [
      result.receipts_acknowledged < customers / 2,
      'Fewer receipts than half of the customers were acknowledged.',
    ],
    [Object.values(leaks_searched).some((count) => count === 0), 'Logs or histories were not searched.'],
  ];
  return lacks.flatMap(([isSo, sentence]) => (isSo ? [sentence] : []));
}
