import { foldPendingReceipts } from '../database/fold-receipts.ts';
import { ledgerScope, readMessageNode } from '../database/message-node.ts';
import { closeWithoutReceipt, readLedger, type LedgerRow } from '../database/read-ledger.ts';
import { readMemberLedger } from '../database/read-member-ledger.ts';
import type { EffectActivities } from '../domain/activities.ts';
import { FALLBACK_LEG, PRIMARY_LEG } from '../domain/fallback.ts';
import { MemberSet } from '../domain/member-set.ts';
import { trackingReference } from '../domain/tracking-reference.ts';
import type { Dependencies } from './dependencies.ts';
import { outcomeGroups, outcomesOfLedger } from './message/outcome-groups.ts';

const FOLD_LIMIT = 1_000;

/**
 * Reads the ledger's word on members' messages.
 *
 * At a deadline receipts that are in the inbox still count; what then has no final receipt is closed.
 */
export function createReconcile(deps: Dependencies): EffectActivities['reconcile'] {
  return async (scope, { atDeadline }) => {
    const node = await readMessageNode(deps.pool, scope.cohortId, scope.nodeId);
    const { size } = node.cohort;
    const ledger = ledgerScope(node, scope.pass);
    const fallsBack = node.fallback?.by === 'engine';
    const members = MemberSet.fromHex(size, scope.members).indexes();
    if (atDeadline) {
      const legs = fallsBack ? [PRIMARY_LEG, FALLBACK_LEG] : [PRIMARY_LEG];
      const found = await Promise.all(legs.map((leg) => readLedger(deps.pool, { ...ledger, leg }, members)));
      const messageIds = found.flat().flatMap(namesOf);
      const { receiptSlackMs } = deps.timings;
      while (
        (await foldPendingReceipts(deps.pool, { limit: FOLD_LIMIT, receiptSlackMs, messageIds })).applied > 0
      );
      await closeWithoutReceipt(deps.pool, ledger, members);
    }
    const rows = await readMemberLedger(deps.pool, ledger, members, { fallsBack, atDeadline });
    return { value: { outcomes: outcomeGroups(size, outcomesOfLedger(rows, atDeadline)) } };
  };
}

/** What reports may call a message: its id, or the provider's own where that differs. */
function namesOf({ id, providerMessageId }: LedgerRow): readonly string[] {
  return providerMessageId === null || providerMessageId === id
    ? [id]
    : [id, trackingReference(providerMessageId)];
}
