import { TIMINGS } from './engine.ts';
import type { PlainRow } from './reader.ts';
import { unoffered } from './settle.ts';
import { START } from './virtual-time.ts';
import type { World } from './world.ts';

const RANK: Readonly<Record<string, number>> = {
  accepted: 1,
  dispatched: 2,
  failed: 3,
  expired: 3,
  delivered: 4,
};
/** Long before a message becomes stale. */
const WORTH_SENDING_UNTIL = START + TIMINGS.freshnessMs.marketing / 2;
const FINAL = new Set(['delivered', 'failed', 'expired']);

/** Holds the end of a simulation to what nobody may lose: every message, every receipt. */
export function checkAtRest(world: World): void {
  const messages = world.reader.rows('message');
  const receipts = world.reader.rows('receipt');
  const events = world.reader.rows('campaign_event');
  for (const member of unoffered(world, messages))
    world.watch.violated(`Nothing is known of member ${member}.`);
  for (const row of messages) {
    const own = receipts.filter((receipt) => receipt.get('message_id') === row.get('id'));
    checkMessage(world, row);
    checkReceipts(world, row, own);
    checkEvents(
      world,
      row,
      own,
      events.filter((event) => event.get('message_id') === row.get('id')),
    );
  }
}

/** What the ledger says is what the provider knows. */
function checkMessage(world: World, row: PlainRow): void {
  const name = world.watch.nameOf(row.text('id'));
  const state = row.text('state');
  if (row.instant('ended_at') === undefined) world.watch.violated(`${name} is ${state} for ever.`);
  const taken = world.provider.accepted.some((message) => message.id === row.get('id'));
  const said = state in RANK;
  if (said && !taken) world.watch.violated(`${name} is ${state}, but the provider never took it.`);
  if (state === 'cancelled' && world.settledFrom < WORTH_SENDING_UNTIL && !world.watch.isForbidden(row)) {
    world.watch.violated(`${name} was given up, though it may be sent and there was time.`);
  }
  const error = row.text('error');
  const gated = error.startsWith('repeat refused') && !error.endsWith('breaker_open');
  if (taken && !said) world.watch.violated(`${name} is ${state}, but the provider took it.`);
  if (state === 'unresolved' && world.provider.refusesKnownIds && !gated) {
    world.watch.violated(`${name} is unresolved at a provider that refuses known ids.`);
  }
}

/** The receipt of the highest rank decides, whatever came first and how often. */
function checkReceipts(world: World, row: PlainRow, receipts: readonly PlainRow[]): void {
  const name = world.watch.nameOf(row.text('id'));
  if (receipts.some((receipt) => receipt.instant('folded_at') === undefined)) {
    world.watch.violated(`A receipt of ${name} was acknowledged and never applied.`);
  }
  const [best] = [...receipts].sort((a, b) => orderOf(b, a));
  if (best && best.get('state') !== row.get('state')) {
    world.watch.violated(`${name} is ${row.text('state')}, its receipts say ${best.text('state')}.`);
  }
}

function orderOf(a: PlainRow, b: PlainRow): number {
  const rank = (RANK[a.text('state')] ?? 0) - (RANK[b.text('state')] ?? 0);
  const time = (a.instant('at') ?? 0) - (b.instant('at') ?? 0);
  const text = (column: string): number =>
    a.text(column) < b.text(column) ? -1 : a.text(column) === b.text(column) ? 0 : 1;
  return rank || time || text('status_code') || text('event_key');
}

/** One event for the submission, and one for each final receipt. */
function checkEvents(
  world: World,
  row: PlainRow,
  receipts: readonly PlainRow[],
  events: readonly PlainRow[],
): void {
  const name = world.watch.nameOf(row.text('id'));
  const finals = receipts.filter((receipt) => FINAL.has(receipt.text('state'))).length;
  const count = (...statuses: string[]): number =>
    events.filter((event) => statuses.includes(event.text('status'))).length;
  const told = count('delivered', 'failed');
  if (told !== finals) world.watch.violated(`${name} has ${told} events of ${finals} final receipts.`);
  const taken = row.text('state') in RANK;
  if (count('enqueued') !== (taken ? 1 : 0)) {
    world.watch.violated(
      `${name} is ${row.text('state')} and has ${count('enqueued')} events of its submission.`,
    );
  }
}
