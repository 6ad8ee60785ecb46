import { FALLBACK_LEG } from '../domain/fallback.ts';
import type { Queryable } from './pool.ts';
import { readLedger, type LedgerRow, type LedgerScope } from './read-ledger.ts';

export interface SettledOptions {
  /** Whether a message of the node may have an SMS in its place. */
  readonly fallsBack: boolean;
  /** As of {@link readLedger}. Default false. */
  readonly settled?: boolean;
  /** At a deadline an SMS that has not left yet does not count. Default false. */
  readonly atDeadline?: boolean;
}

/**
 * What the ledger says of members whatever leg they are reached by: the SMS in place of an MMS counts as soon as it is due, until the
 * MMS is delivered after all, whatever else is reported of the MMS meanwhile.
 */
export async function readMemberLedger(
  database: Queryable,
  scope: LedgerScope,
  memberIndexes: readonly number[],
  { fallsBack, settled = false, atDeadline = false }: SettledOptions,
): Promise<readonly LedgerRow[]> {
  const primary = await readLedger(database, scope, memberIndexes, settled);
  const replaced = fallsBack ? primary.filter(isReplaced) : [];
  if (replaced.length === 0) return primary;
  const legs = await readLedger(
    database,
    { ...scope, leg: FALLBACK_LEG },
    replaced.map(({ memberIndex }) => memberIndex),
    settled,
  );
  const byMember = new Map(legs.map((leg) => [leg.memberIndex, leg]));
  return primary.map((row) =>
    isReplaced(row) ? memberRow(row, byMember.get(row.memberIndex), atDeadline) : row,
  );
}

/** Whether the SMS decides, or will. */
function isReplaced({ state, fallsBack, fellBack }: LedgerRow): boolean {
  return state !== 'delivered' && (fallsBack || fellBack);
}

const UNDER_WAY: readonly string[] = ['queued', 'submitting'];

function memberRow(row: LedgerRow, leg: LedgerRow | undefined, atDeadline: boolean): LedgerRow {
  const isDue = row.fallsBack || (leg !== undefined && UNDER_WAY.includes(leg.state));
  if (isDue) return atDeadline ? row : { ...row, state: 'accepted', noReceipt: false };
  return leg === undefined || leg.state === 'cancelled' ? row : leg;
}
