import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { exampleCsv } from '../stack/demo/example-customers.ts';
import { say } from '../stack/say.ts';
import { countDuplicates, readSimulatorLedger } from './acceptances.ts';
import { countAfterStop } from './after-stop.ts';
import { playDirected, type Directed } from './directed.ts';
import { findLeaks } from './leaks.ts';
import { countLosses } from './losses.ts';
import { chaosOptions, type ChaosOptions } from './options.ts';
import { planTrouble } from './plan.ts';
import { Random } from './random.ts';
import { countRarePaths } from './rare-paths.ts';
import { countReceipts } from './receipts.ts';
import { brokenPromises, type ChaosResult } from './result.ts';
import { Rig } from './rig.ts';
import { followToEnd, launch } from './runs.ts';
import { Tormentor, type Torment } from './torment.ts';

const ROOT = path.join(import.meta.dirname, '..');
const HOME = path.join(ROOT, '.tidings', 'chaos');
/** Of a thousand example customers so many get at least one message. */
const MESSAGES_OF_THOUSAND = 930;
const END_MS = 900_000;

/** `npm run chaos`: real processes are killed in the middle of a run, and what came of it is held against the ledger. */
async function chaos(): Promise<void> {
  const options = chaosOptions(process.argv.slice(2));
  const begun = Date.now();
  say(`Seed ${options.seed}. Starting a stack of its own …`);
  const rig = await Rig.start(HOME);
  let kept = false;
  try {
    say('Bringing about every rare path …');
    const directed = await playDirected(rig, say);
    const torment = await tormentRun(rig, options);
    for (const run of directed.runs) await followToEnd(rig, run, END_MS);
    say('The run has ended. Counting …');
    const result = await judge(rig, options, directed, torment, begun);
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
    await rig.stop();
    if (!options.keep && !kept) await Rig.remove(HOME);
  }
}

async function tormentRun(rig: Rig, { seed, kills, customers }: ChaosOptions): Promise<Torment> {
  say(`Importing ${customers} customers …`);
  await rig.client.call('POST', '/v1/customers/import', [...exampleCsv(customers)].join(''), {
    'content-type': 'text/csv',
  });
  const runId = await launch(rig, await summerSale());
  say('Launched. Tormenting …');
  const random = new Random(seed);
  const plan = planTrouble(random, kills, customers);
  const expected = Math.floor((customers * MESSAGES_OF_THOUSAND) / 1_000);
  const torment = await new Tormentor(rig, random, runId).carryOut(plan, expected, say);
  say('Nothing more is done to it. Waiting for its end …');
  await followToEnd(rig, runId, END_MS);
  return torment;
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
  { seed, customers }: ChaosOptions,
  directed: Directed,
  torment: Torment,
  begun: number,
): Promise<ChaosResult> {
  const ledger = await readSimulatorLedger(rig.home);
  const stops = [...directed.stops, ...torment.stops];
  const after = await countAfterStop(rig.pool, ledger, stops, [...directed.freezes, ...torment.freezes]);
  const losses = await countLosses(rig.pool);
  const receipts = await countReceipts(rig.pool, ledger);
  return {
    profile: rig.access.timings,
    seed,
    kills: Object.values(torment.killsByTarget).reduce((sum, count) => sum + count, 0),
    kills_by_target: torment.killsByTarget,
    stops: torment.stops.length,
    stops_in_flight: torment.stops.filter(({ state }) => state !== 'any').length,
    customers,
    messages: losses.messages,
    duplicates: await countDuplicates(rig.pool, ledger),
    lost: losses.entries + losses.rows + losses.receipts,
    claims_after_stop: after.claims,
    calls_after_stop: after.calls,
    calls_within_1s: after.callsWithinASecond,
    calls_frozen: after.callsFrozen,
    receipts_acknowledged: receipts.acknowledged,
    receipts_applied: receipts.applied,
    unknown: losses.unknown,
    unresolved: losses.unresolved,
    unresolved_gated: losses.unresolvedGated,
    leaks: await findLeaks(rig),
    nonsense_taken: torment.nonsenseTaken.length,
    rare_paths: await countRarePaths(rig),
    seconds: Math.round((Date.now() - begun) / 100) / 10,
  };
}

function summaryOf(result: ChaosResult): string {
  const { kills, messages, duplicates, lost, stops, claims_after_stop, calls_after_stop, seconds } = result;
  return (
    `${kills} kills, ${messages} messages: ${duplicates} duplicates, ${lost} lost; ${stops} opt-outs: ` +
    `${claims_after_stop} claims and ${calls_after_stop} calls after them; ${seconds} s`
  );
}

try {
  await chaos();
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
