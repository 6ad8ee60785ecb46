import type { WithClause } from '@pgsql/types';
import type { Frame } from './frame.ts';
import { compileModification, isModification } from './modify.ts';
import { type Runnable, type Scope, unsupported } from './scope.ts';
import { compileSelect } from './select.ts';

/** Makes a WITH clause's expressions known; each is evaluated once a statement, when it is first asked for. */
export function withResults(
  clause: WithClause | undefined,
  scope: Scope,
): { finish: (frame: Frame) => void } {
  const modifying: Runnable[] = [];
  for (const node of clause?.ctes ?? []) {
    if (!('CommonTableExpr' in node)) throw unsupported('WITH', node);
    const { ctename = '', ctequery } = node.CommonTableExpr;
    if (!ctequery) throw unsupported('WITH without a query');
    const modifies = isModification(ctequery);
    const plan = once(
      'SelectStmt' in ctequery
        ? compileSelect(ctequery.SelectStmt, scope.inner())
        : compileModification(ctequery, scope.inner()),
    );
    scope.results.set(ctename, { columns: plan.columns, plan, modifies });
    if (modifies) modifying.push(plan);
  }
  return {
    // What modifies is run to its end whether anybody asks for its rows or not.
    finish: (frame) => {
      for (const plan of modifying) plan.run(frame);
    },
  };
}

function once(plan: Runnable): Runnable {
  return {
    columns: plan.columns,
    run: (frame) => {
      const known = frame.results.get(plan);
      if (known) return known;
      const rows = plan.run(frame);
      frame.results.set(plan, rows);
      return rows;
    },
  };
}
