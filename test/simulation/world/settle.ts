import { DECISIONS, ROUNDS, submit } from './jobs.ts';
import type { PlainRow } from './reader.ts';
import { PROCESSES, type World } from './world.ts';

/** More turns than any message needs to come to its end. */
const MOST_TURNS = 300;

/** Faults stop and time runs on, until nothing is left to do. */
export async function settle(world: World): Promise<void> {
  world.note('--- no more faults; time runs on');
  world.settledFrom = world.time.now;
  for (const name of PROCESSES) await world.thaw(name);
  while (await world.proceed(0, 0));
  await world.begin('api', 'resume', DECISIONS.resume);
  await world.begin('api', 'lift', DECISIONS.lift);
  for (let turn = 0; turn < MOST_TURNS; turn += 1) {
    while (await world.proceed(0, 0));
    if (world.watch.violations.length > 0 || (await isAtRest(world))) return;
  }
  world.watch.violated('It never comes to rest.');
}

/** Begins what is due; where nothing is, lets time pass until something is. @returns whether nothing ever will be */
async function isAtRest(world: World): Promise<boolean> {
  const { time, operations } = world;
  if (operations.all.length > 0) {
    await world.advanceTo(Math.min(time.now + 1_000, time.next() ?? Infinity));
    return false;
  }
  const due = dueAt(world);
  const instants = [...due.values(), time.next()].filter((at) => at !== undefined);
  if (instants.length === 0) return true;
  if (Math.min(...instants) > time.now) await world.advanceTo(Math.min(...instants));
  const isDue = (what: string): boolean => (due.get(what) ?? Infinity) <= time.now;
  const isOffering = world.process('worker 1').jobs.includes('submit');
  // It waits for its turn in the lane.
  const next = time.next();
  if (isOffering && next !== undefined) await world.advanceTo(next);
  else if (isDue('submit')) await world.begin('worker 1', 'submit', (engine) => submit(world, engine));
  for (const round of ['sweep', 'fold', 'look-up'] as const) {
    if (isDue(round)) await world.begin('pump', round, ROUNDS[round]);
  }
  return false;
}

/** When the next of each kind of work is to be done. */
function dueAt(world: World): ReadonlyMap<string, number> {
  const due = new Map<string, number>();
  const add = (what: string, at: number | undefined): void => {
    if (at !== undefined) due.set(what, Math.min(at, due.get(what) ?? Infinity));
  };
  const messages = world.reader.rows('message');
  const open = messages.filter((row) => row.instant('ended_at') === undefined);
  // The last attempt has said when it wants to be made again; what became of members since is no older than that.
  const again = Math.max(world.time.now, Number.isFinite(world.offerAt) ? world.offerAt : 0);
  for (const row of open) {
    add(row.get('state') === 'unknown' ? 'look-up' : 'sweep', row.instant('look_at'));
    if (row.get('state') !== 'queued' || isCancelled(world)) continue;
    add('submit', Math.max(again, row.instant('retry_at') ?? 0));
  }
  for (const receipt of world.reader.rows('receipt')) add('fold', receipt.instant('fold_at'));
  if (unoffered(world, messages).length > 0) add('submit', again);
  return due;
}

/** Members of whom neither a message nor a reason against it is known, in a run that goes on. */
export function unoffered(world: World, messages: readonly PlainRow[]): readonly number[] {
  if (isCancelled(world)) return [];
  const known = new Set(messages.map((row) => row.get('member_index')));
  return Array.from({ length: world.setting.members }, (_, member) => member).filter(
    (member) => !known.has(member) && !world.doneMembers.has(member),
  );
}

function isCancelled(world: World): boolean {
  return world.reader.rows('run').some((run) => run.get('state') === 'cancelled');
}
