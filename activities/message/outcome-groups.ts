import type { OutcomeGroup } from '../../domain/effects.ts';
import { groupBy } from '../../domain/group-by.ts';
import type { LedgerRow } from '../../database/read-ledger.ts';
import { MemberSet } from '../../domain/member-set.ts';
import { outcomeOfMessage, type MessageOutcome } from '../../domain/message-outcome.ts';

export interface MemberOutcome {
  readonly memberIndex: number;
  readonly outcome: MessageOutcome;
  readonly reason: string;
}

/** Members with the same outcome and reason as one set. */
export function outcomeGroups(size: number, members: readonly MemberOutcome[]): OutcomeGroup[] {
  return [...groupBy(members, ({ outcome, reason }) => `${outcome}\n${reason}`).values()].flatMap((group) => {
    const [first] = group;
    return first ? [{ outcome: first.outcome, reason: first.reason, members: hexOf(size, group) }] : [];
  });
}

/**
 * What the ledger's rows have come to; rows without an outcome are left out.
 * @param submittingIsUnknown at a deadline a call under way counts as in doubt
 */
export function outcomesOfLedger(
  rows: readonly LedgerRow[],
  submittingIsUnknown = false,
): readonly MemberOutcome[] {
  return rows.flatMap(({ memberIndex, state, noReceipt, reason }) => {
    const outcome =
      submittingIsUnknown && state === 'submitting' ? 'unknown' : outcomeOfMessage(state, noReceipt);
    return outcome ? [{ memberIndex, outcome, reason }] : [];
  });
}

export function hexOf(size: number, members: readonly { readonly memberIndex: number }[]): string {
  return MemberSet.of(
    size,
    members.map(({ memberIndex }) => memberIndex),
  ).toHex();
}
