import {
  condition,
  defineSignal,
  proxyActivities,
  proxyLocalActivities,
  setHandler,
  sleep,
} from '@temporalio/workflow';
import type { Activities } from '../../domain/activities.ts';
import { MemberSet } from '../../domain/member-set.ts';
import { isOpenOutcome } from '../../domain/message-outcome.ts';
import { RECEIPTS_SIGNAL } from '../../domain/temporal-names.ts';

/** The usual design, to compare with: a workflow a customer. Everything that is short is a local activity here too. */
const long = proxyActivities<Activities>({ startToCloseTimeout: '1 minute', heartbeatTimeout: '15 seconds' });
const short = proxyLocalActivities<Activities>({ startToCloseTimeout: '30 seconds' });
const receipts = defineSignal(RECEIPTS_SIGNAL);
const release = defineSignal('release');

export interface CustomerInput {
  /** A cohort of one. */
  readonly cohortId: string;
  readonly nodeId: string;
  readonly receiptDeadlineMs: number;
}

/** Sends one customer's message and waits for its delivery report. */
export async function sendToCustomer(input: CustomerInput): Promise<void> {
  const { cohortId, nodeId, receiptDeadlineMs } = input;
  let hinted = false;
  setHandler(receipts, () => {
    hinted = true;
  });
  const scope = { cohortId, nodeId, pass: 1, members: MemberSet.of(1, [0]).toHex() };
  const offer = { receiptDeadlineMs, wantsHints: true, plannedAt: Date.now() };
  let submitted = await long.submit(scope, offer);
  while (submitted.halted === undefined && submitted.value.outcomes.length === 0) {
    await sleep(1_000);
    submitted = await long.submit(scope, offer);
  }
  const outcome = submitted.halted === undefined ? submitted.value.outcomes[0]?.outcome : undefined;
  if (outcome !== undefined && isOpenOutcome(outcome)) {
    await condition(() => hinted, receiptDeadlineMs);
    await short.reconcile(scope, { atDeadline: !hinted });
  }
  await short.finishCohort(cohortId);
}

/** Stands for the run, which the engine would miss otherwise; does nothing until it is released. */
export async function standForRun(): Promise<void> {
  let released = false;
  setHandler(release, () => {
    released = true;
  });
  await condition(() => released);
}
