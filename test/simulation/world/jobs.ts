import { createReconcile } from '../../../activities/reconcile.ts';
import { createSubmit } from '../../../activities/submit.ts';
import type { Dependencies } from '../../../activities/dependencies.ts';
import { cancelRun, pauseRun, resumeRun } from '../../../database/change-run.ts';
import { eraseCustomer } from '../../../database/customers/erase-customer.ts';
import { repeatedly } from '../../../database/customers/lock-numbers.ts';
import { foldPendingReceipts } from '../../../database/fold-receipts.ts';
import { liftHold, putHold } from '../../../database/holds.ts';
import { storeReceipts } from '../../../database/store-receipts.ts';
import { suppressNumber } from '../../../database/suppressions.ts';
import { sweepMessages } from '../../../database/sweep-messages.ts';
import { inTransaction } from '../../../database/transaction.ts';
import { MemberSet } from '../../../domain/member-set.ts';
import { lookUpMessages } from '../../../worker/look-up.ts';
import { adapterOf } from './engine.ts';
import { IDS, phoneHashOf } from './fixture.ts';
import { reportOf, type Accepted, type ReportState } from './simulated-provider.ts';
import { START } from './virtual-time.ts';
import type { World } from './world.ts';

/** How long the node waits for receipts. */
export const RECEIPT_DEADLINE_MS = 600_000;
/** Most receipts of one fold: few, so that there are several. */
const FOLD_LIMIT = 2;

/** Whoever the gate has kept in for good has left the node. */
function scopeOf({ setting, doneMembers }: World): Parameters<ReturnType<typeof createSubmit>>[0] {
  return {
    cohortId: IDS.cohort,
    nodeId: 'send',
    pass: 1,
    members: MemberSet.full(setting.members)
      .minus(MemberSet.of(setting.members, [...doneMembers]))
      .toHex(),
  };
}

/** One attempt of the activity `submit` for the whole cohort; members whom it keeps in are done. */
export async function submit(world: World, engine: Dependencies): Promise<void> {
  const answer = await createSubmit(engine)(scopeOf(world), {
    receiptDeadlineMs: RECEIPT_DEADLINE_MS,
    wantsHints: true,
    plannedAt: START,
  });
  if (answer.halted) return;
  world.offerAt = Math.min(...answer.value.queued.map(({ retryAt }) => retryAt));
  const kept = answer.value.outcomes.filter(({ outcome }) => outcome === 'suppressed');
  for (const { members } of kept) {
    for (const member of MemberSet.fromHex(world.setting.members, members).indexes())
      world.doneMembers.add(member);
  }
}

export function reconcile(world: World, engine: Dependencies): Promise<unknown> {
  return createReconcile(engine)(scopeOf(world), { atDeadline: true });
}

/** The pump's rounds. */
export const ROUNDS = {
  sweep: ({ pool, timings: { receiptSlackMs } }: Dependencies) =>
    sweepMessages(pool, { limit: 2, receiptSlackMs }),
  fold: ({ pool, timings: { receiptSlackMs } }: Dependencies) =>
    foldPendingReceipts(pool, { limit: FOLD_LIMIT, receiptSlackMs }),
  'look-up': (engine: Dependencies) => lookUpMessages(engine),
} as const;
export type Round = keyof typeof ROUNDS;

/** A webhook of the provider: read by its adapter, stored before it is answered. */
export function receive({ pool }: Dependencies, reports: readonly object[]): Promise<unknown> {
  const body = Buffer.from(JSON.stringify({ results: reports }));
  const { receipts } = adapterOf('api').parseWebhook(
    { path: ['reports', 'sms'], headers: {}, body },
    Date.now(),
  );
  return storeReceipts(
    pool,
    receipts.map((receipt) => ({ integrationId: IDS.integration, receipt })),
  );
}

export function reportsOf(
  message: Accepted,
  states: readonly ReportState[],
  afterMs: number,
): readonly object[] {
  return states.map((state) => reportOf(message, state, afterMs));
}

/** What an operator, or a recipient, may decide meanwhile. */
export const DECISIONS = {
  stop: ({ pool }: Dependencies, member: number) => stopNumber(pool, member),
  erase: ({ pool }: Dependencies, member: number) => eraseCustomer(pool, IDS.project, IDS.customer(member)),
  hold: ({ pool }: Dependencies) =>
    putHold(pool, IDS.project, { scope: 'project' }, { reason: 'held', actor: 'operator' }),
  lift: ({ pool }: Dependencies) => liftHold(pool, IDS.project, { scope: 'project' }),
  pause: ({ pool }: Dependencies) => pauseRun(pool, IDS.run, 'paused'),
  resume: ({ pool }: Dependencies) => resumeRun(pool, IDS.run),
  cancel: ({ pool }: Dependencies) => cancelRun(pool, IDS.run, 'cancelled'),
} as const;
export type Decision = keyof typeof DECISIONS;

function stopNumber(pool: Dependencies['pool'], recipient: number): Promise<unknown> {
  const optOut = {
    projectId: IDS.project,
    phoneHash: phoneHashOf(recipient),
    country: 'US',
    lineType: null,
    reason: 'STOP',
    source: 'inbound',
    actor: 'recipient',
  };
  return repeatedly(() => inTransaction(pool, (connection) => suppressNumber(connection, optOut)));
}
