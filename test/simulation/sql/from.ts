import type { JoinExpr, Node, RangeFunction, RangeSubselect, RangeVar } from '@pgsql/types';
import { compileExpression, conjuncts } from './expression.ts';
import type { Evaluate, Frame } from './frame.ts';
import { nameOf, type Named, type Scope, unsupported } from './scope.ts';
import { compileSelect } from './select.ts';
import { compare, type Value, type Values } from './values.ts';

/** One relation of a FROM clause, joined to those before it. */
export interface Join extends Named {
  readonly table: string | undefined;
  readonly left: boolean;
  /** What it offers, if it is no table. */
  readonly scan: (frame: Frame) => readonly Values[];
  /** What must hold for the tuple to be joined. */
  readonly on: Evaluate[];
  /** What must hold of all tuples up to this one. */
  readonly where: Evaluate[];
}

/** The relations of a FROM clause, in the order in which they are looped over. */
export function compileFrom(nodes: readonly Node[], scope: Scope): Join[] {
  return nodes.flatMap((node) => joinsOf(node, scope));
}

function joinsOf(node: Node, scope: Scope): Join[] {
  if ('JoinExpr' in node) return joined(node.JoinExpr, scope);
  if ('RangeVar' in node) return [tableOf(node.RangeVar, scope)];
  if ('RangeFunction' in node) return [unnestOf(node.RangeFunction, scope)];
  if ('RangeSubselect' in node) return [subselectOf(node.RangeSubselect, scope)];
  throw unsupported('relation', node);
}

function joined({ jointype, larg, rarg, quals, usingClause }: JoinExpr, scope: Scope): Join[] {
  if (!larg || !rarg || (jointype !== 'JOIN_INNER' && jointype !== 'JOIN_LEFT')) throw unsupported('join');
  const before = joinsOf(larg, scope);
  const [own, ...others] = joinsOf(rarg, scope);
  if (!own || others.length > 0) throw unsupported('join of joins');
  for (const column of (usingClause ?? []).map(nameOf)) {
    own.on.push(equality(firstOf(before, column), { slot: own.slot, index: own.columns.indexOf(column) }));
  }
  own.on.push(...conjuncts(quals).map((condition) => compileExpression(condition, scope)));
  return [...before, { ...own, left: jointype === 'JOIN_LEFT' }];
}

interface Place {
  readonly slot: number;
  readonly index: number;
}

function firstOf(joins: readonly Join[], column: string): Place {
  const own = joins.find(({ columns }) => columns.includes(column));
  if (!own) throw new Error(`USING knows no column ${column}.`);
  return { slot: own.slot, index: own.columns.indexOf(column) };
}

function equality(a: Place, b: Place): Evaluate {
  return ({ tuples }) => {
    const [left, right] = [tuples[a.slot]?.[a.index] ?? null, tuples[b.slot]?.[b.index] ?? null];
    return left === null || right === null ? null : compare(left, right) === 0;
  };
}

/** Adds a relation to what names mean from here on. */
function relation(scope: Scope, named: Omit<Named, 'slot'>, scan: Join['scan'], table?: string): Join {
  const join = { ...named, slot: scope.newSlot(), table, left: false, scan, on: [], where: [] };
  scope.relations.push(join);
  return join;
}

/** A table or a common table expression. */
export function tableOf({ relname = '', alias }: RangeVar, scope: Scope): Join {
  const name = alias?.aliasname ?? relname;
  const result = scope.results.get(relname);
  if (!result) {
    const columns = scope.table(relname).columns.map((column) => column.name);
    return relation(scope, { alias: name, columns }, () => [], relname);
  }
  return relation(scope, { alias: name, columns: result.columns }, (frame) => result.plan.run(frame));
}

function unnestOf({ functions = [], alias }: RangeFunction, scope: Scope): Join {
  const [list] = functions;
  const call = list && 'List' in list ? list.List.items?.[0] : undefined;
  if (!call || !('FuncCall' in call) || nameOf(call.FuncCall.funcname?.at(-1)) !== 'unnest') {
    throw unsupported('function in FROM but unnest');
  }
  const arrays = (call.FuncCall.args ?? []).map((arg) => compileExpression(arg, scope));
  const columns = (alias?.colnames ?? []).map(nameOf);
  return relation(scope, { alias: alias?.aliasname ?? '', columns }, (frame) => {
    const given = arrays.map((array) => (array(frame) ?? []) as readonly Value[]);
    const length = given.reduce((longest, array) => Math.max(longest, array.length), 0);
    const rows: Values[] = [];
    for (let i = 0; i < length; i += 1) rows.push(given.map((array) => array[i] ?? null));
    return rows;
  });
}

function subselectOf({ subquery, alias }: RangeSubselect, scope: Scope): Join {
  if (!subquery || !('SelectStmt' in subquery)) throw unsupported('subquery', subquery);
  const plan = compileSelect(subquery.SelectStmt, scope.inner());
  return relation(scope, { alias: alias?.aliasname ?? '', columns: plan.columns }, (frame) =>
    plan.run(frame),
  );
}

/** Puts each condition to the first relation at which all that it speaks of is known. */
export function placeConditions(joins: readonly Join[], where: Node | undefined, scope: Scope): Evaluate[] {
  const constants: Evaluate[] = [];
  for (const condition of conjuncts(where)) {
    scope.used.clear();
    const evaluate = compileExpression(condition, scope);
    const last = joins.findLast(({ slot }) => scope.used.has(slot));
    if (last) last.where.push(evaluate);
    else constants.push(evaluate);
  }
  return constants;
}

/**
 * Goes through all combinations of tuples that fulfil the conditions.
 * @param found answers whether that was enough
 */
export function combine(joins: readonly Join[], frame: Frame, found: () => boolean, from = 0): boolean {
  const join = joins[from];
  if (!join) return found();
  const { slot, table } = join;
  let matched = false;
  if (table === undefined) {
    for (const values of join.scan(frame)) {
      frame.tuples[slot] = values;
      if (!hold(join.on, frame)) continue;
      matched = true;
      if (hold(join.where, frame) && combine(joins, frame, found, from + 1)) return true;
    }
  } else {
    const { transaction, commit, command } = frame;
    for (const row of transaction.store.rows(table)) {
      const values = row.visible(transaction, commit, command);
      if (!values) continue;
      frame.tuples[slot] = values;
      frame.rows[slot] = row;
      if (!hold(join.on, frame)) continue;
      matched = true;
      if (hold(join.where, frame) && combine(joins, frame, found, from + 1)) return true;
    }
  }
  if (!join.left || matched) return false;
  frame.tuples[slot] = [];
  frame.rows[slot] = undefined;
  return hold(join.where, frame) && combine(joins, frame, found, from + 1);
}

export function hold(conditions: readonly Evaluate[], frame: Frame): boolean {
  for (const condition of conditions) if (condition(frame) !== true) return false;
  return true;
}

/** Whether the tuples under consideration still fulfil all conditions; asked again after a row was locked. */
export function holdAll(joins: readonly Join[], frame: Frame): boolean {
  return joins.every(({ on, where }) => hold(on, frame) && hold(where, frame));
}
