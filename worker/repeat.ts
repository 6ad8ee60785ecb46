import { randomUUID } from 'node:crypto';
import type { Dependencies } from '../activities/dependencies.ts';
import { noticeOutcomes } from '../activities/message/notice-outcomes.ts';
import { callProvider } from '../activities/message/micro-batch.ts';
import { gateQuestion, messageNodeOf } from '../activities/message/message-node.ts';
import { claimRepeat } from '../database/claim-repeat.ts';
import { markHints } from '../database/hints.ts';
import type { IntegrationRow } from '../database/read-integration.ts';
import { hintKeyOf, type MessageInDoubt } from '../database/messages-in-doubt.ts';
import { readCohort } from '../database/read-cohort.ts';
import { recordOutcomes } from '../database/record-outcomes.ts';
import { inTransaction } from '../database/transaction.ts';

export type Repeat = { readonly kind: 'made' } | { readonly kind: 'refused'; readonly reason: string };

/**
 * Offers a message in doubt again under the same id: the provider refuses it if it had taken the first one.
 * @param nextLookUpAt when to look it up if the repeat's own outcome is in doubt too
 */
export async function repeatMessage(
  deps: Dependencies,
  integration: IntegrationRow,
  message: MessageInDoubt,
  nextLookUpAt: number,
): Promise<Repeat> {
  const { to, content } = message;
  if (to === null || content === null) return { kind: 'refused', reason: 'customer_deleted' };
  const cohort = await readCohort(deps.pool, message.cohortId);
  const action = cohort.frozen.nodes.find((node) => node.actionId === message.actionId);
  const node = await messageNodeOf(deps.pool, cohort, action?.id ?? '');
  const question = { ...gateQuestion(node, message.staleAt, deps), staleAfter: message.staleAt };
  const token = randomUUID();
  const { claimGraceMs } = deps.timings;
  const receiptDeadlineMs = node.receiptDeadlineMs ?? deps.timings.receiptDeadlineMs;
  const claim = await claimRepeat(deps.pool, cohort.projectId, question, message, {
    token,
    claimGraceMs,
    receiptDeadlineMs,
  });
  if (claim.kind === 'refused') return claim;
  if (claim.kind === 'gone') return { kind: 'made' };
  const call = await callProvider(
    deps,
    deps.providers.get(integration),
    {
      channel: message.channel,
      sender: message.sender,
      receiptDeadlineMs,
      integrationId: integration.id,
      token,
      committedAfter: claim.committedAfter,
    },
    [{ id: message.id, to, content }],
  );
  const scope = {
    month: message.month,
    retryMs: deps.timings.retryMs,
    firstLookUpMs: nextLookUpAt - message.claimedAt,
    receiptSlackMs: deps.timings.receiptSlackMs,
    unsentState: 'unknown',
  } as const;
  let held: ReadonlySet<string> = new Set();
  await inTransaction(deps.pool, async (connection) => {
    held = await recordOutcomes(connection, scope, [call]);
    await markHints(connection, [hintKeyOf(message)]);
  });
  noticeOutcomes(deps.notice, [call], held);
  return { kind: 'made' };
}
