import type { Node, SelectStmt } from '@pgsql/types';
import { withResults } from './common-results.ts';
import { compileExpression } from './expression.ts';
import { LockWait, type Evaluate, type Frame } from './frame.ts';
import { combine, compileFrom, hold, holdAll, placeConditions, type Join } from './from.ts';
import { compileLocks, type RowLock } from './locking.ts';
import { nameOf, type Runnable, type Scope, unsupported } from './scope.ts';
import type { Row } from './store.ts';
import { compare, same, type Values } from './values.ts';

interface Column {
  readonly name: string;
  readonly evaluate: Evaluate;
}

interface Order {
  readonly evaluate: Evaluate;
  readonly descending: boolean;
  readonly nullsFirst: boolean;
}

/** One combination of tuples, kept to be looked at again. */
interface Kept {
  readonly tuples: readonly (Values | undefined)[];
  readonly rows: readonly (Row | undefined)[];
}

/** @param enough rows that its user needs at most */
export function compileSelect(select: SelectStmt, scope: Scope, enough = Infinity): Runnable {
  if (select.op !== 'SETOP_NONE' || select.havingClause || select.windowClause)
    throw unsupported('such a query');
  const inner = withResults(select.withClause, scope);
  if (select.valuesLists) return valuesOf(select.valuesLists, scope);
  const joins = compileFrom(select.fromClause ?? [], scope);
  const constants = placeConditions(joins, select.whereClause, scope);
  const columns = compileColumns(select.targetList ?? [], joins, scope);
  const named = new Map(columns.map((column) => [column.name, column.evaluate]));
  const byName = (node: Node): Evaluate => outputOf(node, columns, named, scope);
  const groups = (select.groupClause ?? []).map(byName);
  const orders = (select.sortClause ?? []).map((sort) => orderOf(sort, byName));
  const distinct = (select.distinctClause ?? []).map(byName);
  const limit = select.limitCount ? compileExpression(select.limitCount, scope) : undefined;
  const locks = compileLocks(select.lockingClause ?? [], joins);
  const aggregated = scope.aggregates.length > 0 || groups.length > 0;
  const mostOf = (frame: Frame): number => Math.min(enough, limit ? Number(limit(frame)) : Infinity);
  const project = (frame: Frame): Values => columns.map(({ evaluate }) => evaluate(frame));

  const runPlainly = (frame: Frame): readonly Values[] => {
    const rows: Values[] = [];
    const most = mostOf(frame);
    combine(joins, frame, () => rows.push(project(frame)) >= most);
    return rows;
  };
  const runAtLength = (frame: Frame): readonly Values[] => {
    const kept: Kept[] = [];
    combine(joins, frame, () => {
      kept.push({ tuples: [...frame.tuples], rows: [...frame.rows] });
      return false;
    });
    const tuples = aggregated ? aggregate(kept, groups, scope, frame) : kept;
    const sorted = distinctOf(sortedBy(tuples, orders, frame), distinct, frame);
    const rows: Values[] = [];
    const most = mostOf(frame);
    for (const tuple of sorted) {
      if (rows.length >= most) break;
      restore(tuple, frame);
      if (lockTuple(locks, joins, frame)) rows.push(project(frame));
    }
    return rows;
  };
  const plain = !aggregated && orders.length + distinct.length + locks.length === 0;
  return {
    columns: columns.map(({ name }) => name),
    run: (frame) => {
      const possible = aggregated || hold(constants, frame);
      const rows = !possible ? [] : plain ? runPlainly(frame) : runAtLength(frame);
      inner.finish(frame);
      return rows;
    },
  };
}

/** Columns of a SELECT list or a RETURNING clause. */
export function compileColumns(
  targets: readonly Node[],
  joins: readonly Join[],
  scope: Scope,
): readonly Column[] {
  return targets.flatMap((target): readonly Column[] => {
    if (!('ResTarget' in target)) throw unsupported('column', target);
    const { name, val } = target.ResTarget;
    const fields = val && 'ColumnRef' in val ? (val.ColumnRef.fields ?? []) : [];
    const last = fields.at(-1);
    if (last && 'A_Star' in last) return starOf(joins, fields.length > 1 ? nameOf(fields[0]) : undefined);
    return [{ name: name ?? defaultName(val), evaluate: compileExpression(val, scope) }];
  });
}

function starOf(joins: readonly Join[], alias: string | undefined): readonly Column[] {
  return joins
    .filter((join) => alias === undefined || join.alias === alias)
    .flatMap(({ columns, slot }) =>
      columns.map((name, index) => ({
        name,
        evaluate: (frame: Frame) => frame.tuples[slot]?.[index] ?? null,
      })),
    );
}

function defaultName(node: Node | undefined): string {
  if (!node) return '';
  if ('ColumnRef' in node) return nameOf(node.ColumnRef.fields?.at(-1));
  if ('FuncCall' in node) return nameOf(node.FuncCall.funcname?.at(-1));
  if ('TypeCast' in node) return defaultName(node.TypeCast.arg);
  if ('CoalesceExpr' in node) return 'coalesce';
  return '?column?';
}

/** A column of the output by its place or name, or any other expression. */
function outputOf(
  node: Node,
  columns: readonly Column[],
  named: ReadonlyMap<string, Evaluate>,
  scope: Scope,
): Evaluate {
  if ('A_Const' in node && node.A_Const.ival) {
    return columns[(node.A_Const.ival.ival ?? 1) - 1]?.evaluate ?? (() => null);
  }
  const fields = 'ColumnRef' in node ? (node.ColumnRef.fields ?? []) : [];
  const name = fields.length === 1 ? nameOf(fields[0]) : '';
  return (scope.has(name) ? undefined : named.get(name)) ?? compileExpression(node, scope);
}

function orderOf(node: Node, byName: (node: Node) => Evaluate): Order {
  if (!('SortBy' in node) || !node.SortBy.node) throw unsupported('order', node);
  const descending = node.SortBy.sortby_dir === 'SORTBY_DESC';
  const nulls = node.SortBy.sortby_nulls;
  const nullsFirst = nulls === 'SORTBY_NULLS_DEFAULT' ? descending : nulls === 'SORTBY_NULLS_FIRST';
  return { evaluate: byName(node.SortBy.node), descending, nullsFirst };
}

function sortedBy(kept: readonly Kept[], orders: readonly Order[], frame: Frame): readonly Kept[] {
  if (orders.length === 0) return kept;
  const keyed = kept.map((tuple) => {
    restore(tuple, frame);
    return { tuple, keys: orders.map(({ evaluate }) => evaluate(frame)) };
  });
  keyed.sort((a, b) => {
    for (const [i, { descending, nullsFirst }] of orders.entries()) {
      const [x = null, y = null] = [a.keys[i], b.keys[i]];
      if (x === null && y === null) continue;
      if (x === null || y === null) return (x === null) === nullsFirst ? -1 : 1;
      const order = compare(x, y);
      if (order !== 0) return descending ? -order : order;
    }
    return 0;
  });
  return keyed.map(({ tuple }) => tuple);
}

function distinctOf(kept: readonly Kept[], distinct: readonly Evaluate[], frame: Frame): readonly Kept[] {
  if (distinct.length === 0) return kept;
  const seen: Values[] = [];
  return kept.filter((tuple) => {
    restore(tuple, frame);
    const key = distinct.map((evaluate) => evaluate(frame));
    if (seen.some((other) => key.every((value, i) => same(value, other[i] ?? null)))) return false;
    seen.push(key);
    return true;
  });
}

/** One tuple a group, with the values of the aggregates in their slot. */
function aggregate(
  kept: readonly Kept[],
  by: readonly Evaluate[],
  scope: Scope,
  frame: Frame,
): readonly Kept[] {
  const groups: { key: Values; own: Kept[] }[] = by.length === 0 ? [{ key: [], own: [] }] : [];
  for (const tuple of kept) {
    restore(tuple, frame);
    const key = by.map((evaluate) => evaluate(frame));
    const group = groups.find((other) => key.every((value, i) => same(value, other.key[i] ?? null)));
    if (group) group.own.push(tuple);
    else groups.push({ key, own: [tuple] });
  }
  return groups.map(({ own }) => {
    const values = scope.aggregates.map(({ argument, filter, combine: combined }) =>
      combined(
        own.flatMap((tuple) => {
          restore(tuple, frame);
          return filter && filter(frame) !== true ? [] : [argument(frame)];
        }),
      ),
    );
    const tuples = [...(own[0]?.tuples ?? frame.tuples)];
    tuples[scope.aggregateSlot] = values;
    return { tuples, rows: own[0]?.rows ?? [] };
  });
}

function restore({ tuples, rows }: Kept, frame: Frame): void {
  for (const [slot, values] of tuples.entries()) if (values) frame.tuples[slot] = values;
  for (const [slot, row] of rows.entries()) frame.rows[slot] = row;
}

/** Locks what is under consideration. @returns false when it is passed over, or no longer fulfils the conditions */
function lockTuple(locks: readonly RowLock[], joins: readonly Join[], frame: Frame): boolean {
  let changed = false;
  for (const { slot, mode, skip } of locks) {
    const row = frame.rows[slot];
    if (!row) continue;
    const holders = row.lock(frame.transaction, mode);
    if (holders.length > 0 && skip) return false;
    if (holders.length > 0) throw new LockWait(holders);
    const newest = row.newest(frame.transaction);
    if (!newest) return false;
    changed ||= newest !== frame.tuples[slot];
    frame.tuples[slot] = newest;
  }
  return !changed || holdAll(joins, frame);
}

function valuesOf(lists: readonly Node[], scope: Scope): Runnable {
  const rows = lists.map((list) => {
    if (!('List' in list)) throw unsupported('values', list);
    return (list.List.items ?? []).map((item) => compileExpression(item, scope));
  });
  return {
    columns: (rows[0] ?? []).map((_, i) => `column${i + 1}`),
    run: (frame) => rows.map((row) => row.map((evaluate) => evaluate(frame))),
  };
}
