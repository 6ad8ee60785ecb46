import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { MOST_CALLS } from '../providers/http-client.ts';
import { exampleCsv } from '../stack/demo/example-customers.ts';
import { say } from '../stack/say.ts';
import { untilStopped } from '../stack/until-stopped.ts';
import { acceptancesOf, countDuplicates, countUnclaimedCalls, readSimulatorLedgers } from './acceptances.ts';
import { countAfterStop } from './after-stop.ts';
import { Stage } from './directed.ts';
import { countDoubts } from './doubts.ts';
import { countFallbacks } from './fallbacks.ts';
import { findLeaks } from './leaks.ts';
import { countLosses, sumOfLosses } from './losses.ts';
import { chaosOptions, type ChaosOptions } from './options.ts';
import { Phases } from './phases.ts';
import { planTrouble, type Trouble } from './plan.ts';
import { Random } from './random.ts';
import { countRarePaths } from './rare-paths.ts';
import { countReceipts } from './receipts.ts';
import { brokenPromises, type ChaosResult } from './result.ts';
import { Rig } from './rig.ts';
import { followToEnd, launch } from './runs.ts';
import { exitCodeOf, Stalls } from './stalls.ts';
import { countStopsInFlight } from './stops.ts';
import { Tormentor, type Torment } from './torment.ts';
import { plannedTroubles } from './trouble-counts.ts';
import { describeUnsettled } from './unsettled.ts';
import { chaosVendor } from './vendors.ts';
import { countForged } from './webhooks.ts';

const ROOT = path.join(import.meta.dirname, '..');
const HOME = path.join(ROOT, '.tidings', 'chaos');
/** Of a thousand example customers so many get at least one message. */
const MESSAGES_OF_THOUSAND = 930;
/** How long a run may take to its end once nothing more is done to it: what is in doubt grows with the kills. */
const endMs = (kills: number): number => 180_000 + kills * 3_600;

/** `npm run chaos`: real processes are killed in the middle of a run, and what came of it is held against the ledger. */
async function chaos(): Promise<void> {
  const options = chaosOptions(process.argv.slice(2));
  const phases = new Phases();
  const tell = (text: string): void => say(`${String(phases.seconds()).padStart(6)} s ${text}`);
  say(`Seed ${options.seed}. Starting a stack of its own …`);
  const rig = await Rig.start(HOME, chaosVendor(options.provider));
  interruption.stop = () => rig.stop();
  let kept = false;
  try {
    phases.begin('rehearsals');
    tell('Bringing about every rare path …');
    const stage = new Stage(rig, tell);
    await stage.playAll();
    phases.begin('torment');
    const stalls = new Stalls();
    const tormented = await tormentRun(rig, options, tell, stalls);
    phases.begin('end');
    // What stands still already would only stand still for as long again.
    if (stalls.sentences.length === 0) {
      tell('Nothing more is done. Waiting for the end …');
      const patience = endMs(options.kills);
      await stalls.watch(followToEnd(rig, tormented.runId, patience).then(() => stage.end(patience)));
    }
    phases.begin('judgement');
    tell('Counting …');
    const result = { ...(await judge(rig, options, stage, tormented, phases)), stalls: stalls.sentences };
    const broken = brokenPromises(result, options.kills);
    kept = broken.length > 0;
    for (const sentence of broken) say(`BROKEN: ${sentence}`);
    if (broken.length > 0) process.exitCode = 1;
    say(summaryOf(result));
    if (options.json) process.stdout.write(`${JSON.stringify(result)}\n`);
  } catch (error) {
    kept = true;
    throw error;
  } finally {
    if (!interruption.begun) await rig.stop();
    if (!options.keep && !kept) await Rig.remove(HOME);
  }
}

type Tormented = Torment & { readonly runId: string; readonly plan: readonly Trouble[] };

async function tormentRun(
  rig: Rig,
  { seed, kills, customers }: ChaosOptions,
  tell: (text: string) => void,
  stalls: Stalls,
): Promise<Tormented> {
  tell(`Importing ${customers} customers …`);
  await rig.client.call('POST', '/v1/customers/import', [...exampleCsv(customers)].join(''), {
    'content-type': 'text/csv',
  });
  const runId = await launch(rig, await summerSale());
  tell('Launched. Tormenting …');
  const random = new Random(seed);
  const plan = planTrouble(random, { kills, customers, repeats: rig.vendor.repeats });
  const expected = Math.floor((customers * MESSAGES_OF_THOUSAND) / 1_000);
  const tormentor = new Tormentor(rig, random, runId);
  progress.isTormented = true;
  await stalls.watch(tormentor.carryOut(plan, expected, tell));
  return { ...tormentor.torment, runId, plan };
}

/** The example, for those who were not in a rehearsal. */
async function summerSale(): Promise<unknown> {
  const text = await readFile(path.join(ROOT, 'examples', 'summer-sale.json'), 'utf8');
  const draft = JSON.parse(text) as { nodes: readonly { type: string }[] };
  const audience = { attribute: 'rehearsal', op: 'exists', value: false };
  return {
    ...draft,
    nodes: draft.nodes.map((node) => (node.type === 'now' ? { ...node, config: { audience } } : node)),
  };
}

async function judge(
  rig: Rig,
  { seed, customers, provider }: ChaosOptions,
  stage: Stage,
  torment: Tormented,
  phases: Phases,
): Promise<Omit<ChaosResult, 'stalls'>> {
  const ledger = await readSimulatorLedgers(rig.home, rig.vendor.providers);
  const stops = [...stage.stops, ...torment.stops];
  const freezes = [...stage.freezes, ...torment.freezes];
  const { receiptDeadlineMs } = rig.timings;
  const after = await countAfterStop(rig.pool, { ledger, stops, freezes, receiptDeadlineMs });
  const losses = await countLosses(rig.pool, ledger, customers + stage.entries);
  if (losses.unknown + losses.unresolved > 0) for (const line of await describeUnsettled(rig.pool)) say(line);
  const receipts = await countReceipts(rig.pool, ledger, rig.vendor);
  const fallbacks = await countFallbacks(rig.pool, ledger);
  const leaks = await findLeaks(rig);
  const { entries, visits, rows, contradicted } = losses;
  const workers = torment.killsByTarget['worker'] ?? 0;
  return {
    profile: rig.access.timings,
    provider,
    seed,
    kills: Object.values(torment.killsByTarget).reduce((sum, count) => sum + count, 0),
    kills_by_target: torment.killsByTarget,
    kills_by_point: torment.killsByPoint,
    stops: torment.stops.length,
    stops_in_flight: await countStopsInFlight(rig, torment.stops),
    stops_written: torment.stops.filter(({ isWritten }) => isWritten === true).length,
    stops_unheard: after.unheard,
    customers,
    messages: losses.messages,
    accepted: acceptancesOf(ledger).length,
    duplicates: await countDuplicates(rig.pool, ledger),
    calls_unclaimed: await countUnclaimedCalls(rig.pool, ledger),
    lost: sumOfLosses(losses),
    losses: { entries, visits, rows, contradicted, receipts: losses.receipts },
    fallbacks: fallbacks.made,
    fallbacks_twice: fallbacks.twice,
    fallbacks_unsettled: fallbacks.unsettled,
    claims_after_stop: after.claims,
    calls_after_stop: after.calls,
    calls_within_1s: after.callsWithinASecond,
    calls_frozen: after.callsFrozen,
    receipts_acknowledged: receipts.acknowledged,
    receipts_applied: receipts.applied,
    receipts_misapplied: receipts.misapplied,
    unknown: losses.unknown,
    unresolved: losses.unresolved,
    unresolved_allowed: rig.vendor.repeats ? 0 : workers * MOST_CALLS,
    unresolved_why: await countDoubts(rig.pool, ledger),
    unresolved_gated: losses.unresolvedGated,
    leaks: leaks.places,
    leaks_searched: leaks.searched,
    witness_lives: await rig.witnessLives(),
    nonsense_taken: torment.nonsenseTaken + (await countForged(rig.pool)),
    troubles: torment.troubles,
    troubles_planned: plannedTroubles(torment.plan),
    rare_paths: await countRarePaths(rig),
    rare_paths_impossible: rig.vendor.impossible,
    seconds: phases.seconds(),
    phases: phases.lengths(),
  };
}

function summaryOf(result: ChaosResult): string {
  const { kills, messages, duplicates, lost, stops, claims_after_stop, calls_after_stop, seconds } = result;
  return (
    `${kills} kills, ${messages} messages: ${duplicates} duplicates, ${lost} lost; ${stops} opt-outs: ` +
    `${claims_after_stop} claims and ${calls_after_stop} calls after them; ${seconds} s`
  );
}

const progress = { isTormented: false };
const interruption = { begun: false, stop: (): Promise<void> => Promise.resolve() };

/** Ctrl-C ends the stack, too: its processes are detached from this one. */
async function untilInterrupted(): Promise<void> {
  await untilStopped();
  interruption.begun = true;
  say('Stopping the stack …');
  await interruption.stop();
  process.exit(130);
}

void untilInterrupted();
try {
  await chaos();
  process.exit();
} catch (error) {
  // What is stopped in the middle of its work fails; that is no news.
  if (!interruption.begun) {
    const message = error instanceof Error ? error.message : String(error);
    say(progress.isTormented ? `BROKEN: ${message}` : message);
    process.exit(exitCodeOf(error, progress.isTormented));
  }
}
