import { foldPendingReceipts } from '../database/fold-receipts.ts';
import { ledgerScope, readMessageNode } from '../database/message-node.ts';
import { closeWithoutReceipt, readLedger } from '../database/read-ledger.ts';
import type { EffectActivities } from '../domain/activities.ts';
import { MemberSet } from '../domain/member-set.ts';
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
    const members = MemberSet.fromHex(size, scope.members).indexes();
    if (atDeadline) {
      const messageIds = (await readLedger(deps.pool, ledger, members)).map((row) => row.id);
      const { receiptSlackMs } = deps.timings;
      while (
        (await foldPendingReceipts(deps.pool, { limit: FOLD_LIMIT, receiptSlackMs, messageIds })).applied > 0
      );
      await closeWithoutReceipt(deps.pool, ledger, members);
    }
    const rows = await readLedger(deps.pool, ledger, members);
    return { value: { outcomes: outcomeGroups(size, outcomesOfLedger(rows, atDeadline)) } };
  };
}
