import { haltOf } from '../database/claim-messages.ts';
import { readMemberFacts, type CohortFacts } from '../database/member-facts.ts';
import { gateQuestion, ledgerScope, readMessageNode } from '../database/message-node.ts';
import type { Connection } from '../database/pool.ts';
import { readLedger } from '../database/read-ledger.ts';
import { inTransaction } from '../database/transaction.ts';
import type { EffectActivities } from '../domain/activities.ts';
import { decideVerdict } from '../domain/gate.ts';
import { MemberSet } from '../domain/member-set.ts';
import type { Dependencies } from './dependencies.ts';
import { hexOf, outcomeGroups } from './message/outcome-groups.ts';

/**
 * Asks the gate for all members of a visit, so that those who can't be sent to need not wait for the others.
 *
 * The verdict is taken again inside every claim. Members whose message is in the ledger are not asked about.
 */
export function createGate(deps: Dependencies): EffectActivities['gate'] {
  return async (scope) => {
    const node = await readMessageNode(deps.pool, scope.cohortId, scope.nodeId);
    const { size } = node.cohort;
    const members = MemberSet.fromHex(size, scope.members);
    const ledger = await readLedger(deps.pool, ledgerScope(node, scope.pass), members.indexes());
    const known = MemberSet.of(
      size,
      ledger.map((row) => row.memberIndex),
    );
    const question = gateQuestion(node, { plannedAt: Number.POSITIVE_INFINITY, pass: scope.pass }, deps);
    const asked = members.minus(known).indexes();
    const read = (connection: Connection): Promise<CohortFacts | undefined> =>
      readMemberFacts(connection, question, asked);
    const facts = await inTransaction(deps.pool, read, 'lookups');
    const halted = facts && haltOf(facts.runState);
    if (halted) return { halted };
    const suppressed = (facts?.members ?? []).flatMap(({ memberIndex, gate }) => {
      const verdict = decideVerdict(gate);
      return verdict.kind === 'suppress'
        ? [{ memberIndex, outcome: 'suppressed' as const, reason: verdict.reason }]
        : [];
    });
    const send = members.minus(MemberSet.fromHex(size, hexOf(size, suppressed)));
    return { value: { send: send.toHex(), suppressed: outcomeGroups(size, suppressed) } };
  };
}
