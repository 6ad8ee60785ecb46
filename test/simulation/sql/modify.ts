import type { DeleteStmt, InsertStmt, Node, UpdateStmt } from '@pgsql/types';
import { withResults } from './common-results.ts';
import { compileExpression } from './expression.ts';
import { LockWait, SqlFailure, type Evaluate, type Frame } from './frame.ts';
import { combine, compileFrom, hold, holdAll, placeConditions, tableOf, type Join } from './from.ts';
import type { Table } from './schema.ts';
import { type Runnable, type Scope, unsupported } from './scope.ts';
import { compileColumns, compileSelect } from './select.ts';
import type { Row } from './store.ts';
import type { Values } from './values.ts';
import { changeRow, insertRow, isWritten, withValues } from './write-row.ts';

export function isModification(node: Node): boolean {
  return 'InsertStmt' in node || 'UpdateStmt' in node || 'DeleteStmt' in node;
}

export function compileModification(node: Node, scope: Scope): Runnable {
  if ('UpdateStmt' in node) return compileUpdate(node.UpdateStmt, scope);
  if ('DeleteStmt' in node) return compileDelete(node.DeleteStmt, scope);
  if ('InsertStmt' in node) return compileInsert(node.InsertStmt, scope);
  throw unsupported('modification', node);
}

/** What a modification answers: `RETURNING`, or a row without columns for each row that it changed. */
function compileReturning(targets: readonly Node[] | undefined, joins: readonly Join[], scope: Scope) {
  const columns = compileColumns(targets ?? [], joins, scope);
  return {
    silent: targets === undefined,
    columns: columns.map(({ name }) => name),
    project: (frame: Frame): Values => columns.map(({ evaluate }) => evaluate(frame)),
  };
}

type Assignment = (frame: Frame) => readonly [number, ReturnType<Evaluate>];

function compileAssignments(targets: readonly Node[], table: Table, scope: Scope): readonly Assignment[] {
  return targets.map((target): Assignment => {
    if (!('ResTarget' in target)) throw unsupported('assignment', target);
    const { name, val } = target.ResTarget;
    const index = table.columns.findIndex((column) => column.name === name);
    const column = table.columns[index];
    if (!column) throw new Error(`"${table.name}" has no column "${String(name)}".`);
    const evaluate = compileExpression(val, scope);
    return (frame) => [index, column.cast(evaluate(frame))];
  });
}

function compileUpdate(update: UpdateStmt, scope: Scope): Runnable {
  const inner = withResults(update.withClause, scope);
  const target = tableOf(update.relation ?? {}, scope);
  const table = scope.table(target.table ?? '');
  const joins = [target, ...compileFrom(update.fromClause ?? [], scope)];
  const constants = placeConditions(joins, update.whereClause, scope);
  const assignments = compileAssignments(update.targetList ?? [], table, scope);
  const { columns, silent, project } = compileReturning(update.returningClause?.exprs, joins, scope);
  return {
    columns,
    silent,
    run: (frame) => {
      const rows = changeEach(joins, constants, frame, (row, values) => {
        const changed = withValues(
          values,
          assignments.map((assign) => assign(frame)),
        );
        changeRow(table, row, changed, frame);
        frame.tuples[target.slot] = changed;
        return project(frame);
      });
      inner.finish(frame);
      return rows;
    },
  };
}

function compileDelete(deletion: DeleteStmt, scope: Scope): Runnable {
  const inner = withResults(deletion.withClause, scope);
  const target = tableOf(deletion.relation ?? {}, scope);
  const table = scope.table(target.table ?? '');
  const joins = [target, ...compileFrom(deletion.usingClause ?? [], scope)];
  const constants = placeConditions(joins, deletion.whereClause, scope);
  const { columns, silent, project } = compileReturning(deletion.returningClause?.exprs, joins, scope);
  return {
    columns,
    silent,
    run: (frame) => {
      const rows = changeEach(joins, constants, frame, (row) => {
        changeRow(table, row, null, frame);
        return project(frame);
      });
      inner.finish(frame);
      return rows;
    },
  };
}

/**
 * Locks and changes each row of the first relation that fulfils the conditions, once.
 *
 * A row that somebody else has changed since the statement began is looked at again as it is now.
 */
function changeEach(
  joins: readonly Join[],
  constants: readonly Evaluate[],
  frame: Frame,
  change: (row: Row, values: Values) => Values,
): readonly Values[] {
  const [target] = joins;
  const results: Values[] = [];
  if (!target || !hold(constants, frame)) return results;
  const found: { row: Row; tuples: readonly Values[] }[] = [];
  combine(joins, frame, () => {
    const row = frame.rows[target.slot];
    if (row) found.push({ row, tuples: [...frame.tuples] });
    return false;
  });
  for (const { row, tuples } of found) {
    for (const [slot, values] of tuples.entries()) frame.tuples[slot] = values;
    if (isWritten(row, frame)) continue;
    const holders = row.lock(frame.transaction, 'no key update');
    if (holders.length > 0) throw new LockWait(holders);
    const newest = row.newest(frame.transaction);
    if (!newest) continue;
    const changed = newest !== frame.tuples[target.slot];
    frame.tuples[target.slot] = newest;
    if (!changed || holdAll(joins, frame)) results.push(change(row, newest));
  }
  return results;
}

function compileInsert(insert: InsertStmt, scope: Scope): Runnable {
  const inner = withResults(insert.withClause, scope);
  const source = insert.selectStmt;
  if (!source || !('SelectStmt' in source)) throw unsupported('insert without rows');
  const plan = compileSelect(source.SelectStmt, scope.inner());
  const target = tableOf(insert.relation ?? {}, scope);
  const table = scope.table(target.table ?? '');
  const names = (insert.cols ?? []).map((col) => ('ResTarget' in col ? col.ResTarget.name : undefined));
  const places = table.columns.map(({ name }) => names.indexOf(name));
  const { action, targetList = [] } = insert.onConflictClause ?? {};
  const excluded = { ...target, alias: 'excluded', slot: scope.newSlot() };
  scope.relations.push(excluded);
  const assignments = compileAssignments(targetList, table, scope);
  const { columns, silent, project } = compileReturning(insert.returningClause?.exprs, [target], scope);

  const insertOne = (given: Values, frame: Frame): Values | undefined => {
    const values = table.columns.map(({ cast, defaultValue, identity }, i) => {
      const place = places[i] ?? -1;
      if (place >= 0) return cast(given[place] ?? null);
      return identity ? cast(frame.transaction.store.nextIdentity()) : cast(defaultValue?.(frame) ?? null);
    });
    const { row, taken } = insertRow(table, values, frame);
    frame.tuples[target.slot] = values;
    if (!taken) return project(frame);
    if (action === 'ONCONFLICT_NOTHING') return undefined;
    if (action !== 'ONCONFLICT_UPDATE') throw new SqlFailure('23505', `A key of "${table.name}" is taken.`);
    const holders = row.lock(frame.transaction, 'no key update');
    if (holders.length > 0) throw new LockWait(holders);
    const newest = row.newest(frame.transaction) ?? values;
    frame.tuples[excluded.slot] = values;
    frame.tuples[target.slot] = newest;
    const changed = withValues(
      newest,
      assignments.map((assign) => assign(frame)),
    );
    changeRow(table, row, changed, frame);
    frame.tuples[target.slot] = changed;
    return project(frame);
  };

  return {
    columns,
    silent,
    run: (frame) => {
      const rows = plan.run(frame).flatMap((given) => {
        const result = insertOne(given, frame);
        return result ? [result] : [];
      });
      inner.finish(frame);
      return rows;
    },
  };
}
