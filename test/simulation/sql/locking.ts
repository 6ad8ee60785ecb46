import type { Node } from '@pgsql/types';
import type { Join } from './from.ts';
import { unsupported } from './scope.ts';
import type { LockMode } from './store.ts';

/** A row lock that a query takes on one of its relations. */
export interface RowLock {
  readonly slot: number;
  readonly mode: LockMode;
  /** Whether rows that somebody else holds are passed over instead of waited for. */
  readonly skip: boolean;
}

const MODES: Readonly<Record<string, LockMode>> = {
  LCS_FORKEYSHARE: 'key share',
  LCS_FORSHARE: 'share',
  LCS_FORNOKEYUPDATE: 'no key update',
  LCS_FORUPDATE: 'update',
};

export function compileLocks(clauses: readonly Node[], joins: readonly Join[]): readonly RowLock[] {
  return clauses.flatMap((clause): readonly RowLock[] => {
    if (!('LockingClause' in clause)) throw unsupported('lock', clause);
    const { lockedRels, strength, waitPolicy } = clause.LockingClause;
    const mode = MODES[String(strength)];
    if (!mode || waitPolicy === 'LockWaitError') throw unsupported('such a lock');
    const names = lockedRels?.map((rel) => ('RangeVar' in rel ? rel.RangeVar.relname : undefined));
    return joins
      .filter(({ alias, table }) => table !== undefined && (!names || names.includes(alias)))
      .map(({ slot }) => ({ slot, mode, skip: waitPolicy === 'LockWaitSkip' }));
  });
}
