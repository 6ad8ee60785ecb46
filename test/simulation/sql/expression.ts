import type { A_Const, A_Expr, BoolExpr, CaseExpr, FuncCall, Node, SubLink } from '@pgsql/types';
import type { Evaluate } from './frame.ts';
import { AGGREGATES, arithmetic, FUNCTIONS, makeInterval, TAKES_NULL } from './functions.ts';
import { nameOf, type Scope, unsupported } from './scope.ts';
import { compileSelect } from './select.ts';
import { castTo } from './types.ts';
import { compare, type Value } from './values.ts';

const NOTHING: Evaluate = () => null;

/** Turns an expression into a function of the tuples under consideration. @throws Error for SQL that is not known */
export function compileExpression(node: Node | undefined, scope: Scope): Evaluate {
  if (!node) return NOTHING;
  if ('ColumnRef' in node) return columnOf(node.ColumnRef.fields ?? [], scope);
  if ('ParamRef' in node) return parameter((node.ParamRef.number ?? 1) - 1);
  if ('A_Const' in node) return constant(constantOf(node.A_Const));
  if ('TypeCast' in node)
    return castOf(compileExpression(node.TypeCast.arg, scope), castTo(node.TypeCast.typeName));
  if ('A_Expr' in node) return operation(node.A_Expr, scope);
  if ('BoolExpr' in node) return booleanOf(node.BoolExpr, scope);
  if ('NullTest' in node) {
    const arg = compileExpression(node.NullTest.arg, scope);
    const isNull = node.NullTest.nulltesttype === 'IS_NULL';
    return (frame) => (arg(frame) === null) === isNull;
  }
  if ('CaseExpr' in node) return caseOf(node.CaseExpr, scope);
  if ('FuncCall' in node) return callOf(node.FuncCall, scope);
  if ('CoalesceExpr' in node)
    return firstGiven((node.CoalesceExpr.args ?? []).map((arg) => compileExpression(arg, scope)));
  if ('MinMaxExpr' in node) {
    return plainCall(
      node.MinMaxExpr.op === 'IS_LEAST' ? 'least' : 'greatest',
      node.MinMaxExpr.args ?? [],
      scope,
    );
  }
  if ('SubLink' in node) return subLink(node.SubLink, scope);
  if ('RowExpr' in node) return listOf(node.RowExpr.args ?? [], scope);
  if ('List' in node) return listOf(node.List.items ?? [], scope);
  if ('A_ArrayExpr' in node) return listOf(node.A_ArrayExpr.elements ?? [], scope);
  if ('A_Indirection' in node) {
    const [index] = node.A_Indirection.indirection ?? [];
    if (!index || !('A_Indices' in index)) throw unsupported('access', index);
    const [array, at] = [
      compileExpression(node.A_Indirection.arg, scope),
      compileExpression(index.A_Indices.uidx, scope),
    ];
    return (frame) => elementAt(array(frame), at(frame));
  }
  throw unsupported('expression', node);
}

/** Conditions that must all hold, one by one. */
export function conjuncts(node: Node | undefined): readonly Node[] {
  if (!node) return [];
  if ('BoolExpr' in node && node.BoolExpr.boolop === 'AND_EXPR')
    return (node.BoolExpr.args ?? []).flatMap(conjuncts);
  return [node];
}

const constant =
  (value: Value): Evaluate =>
  () =>
    value;
const parameter =
  (index: number): Evaluate =>
  (frame) =>
    frame.parameters[index] ?? null;
const castOf =
  (arg: Evaluate, cast: (value: Value) => Value): Evaluate =>
  (frame) =>
    cast(arg(frame));

function columnOf(fields: readonly Node[], scope: Scope): Evaluate {
  const names = fields.map(nameOf);
  const { slot, index } = scope.resolve(names.at(-1) ?? '', names.length > 1 ? names.at(-2) : undefined);
  return (frame) => frame.tuples[slot]?.[index] ?? null;
}

function constantOf(value: A_Const): Value {
  if (value.isnull) return null;
  if (value.ival) return value.ival.ival ?? 0;
  if (value.fval) return Number(value.fval.fval);
  if (value.boolval) return value.boolval.boolval ?? false;
  return value.sval?.sval ?? '';
}

function listOf(nodes: readonly Node[], scope: Scope): Evaluate {
  const items = nodes.map((node) => compileExpression(node, scope));
  return (frame) => items.map((item) => item(frame));
}

function elementAt(array: Value, at: Value): Value {
  return Array.isArray(array) && at !== null ? ((array as readonly Value[])[Number(at) - 1] ?? null) : null;
}

const COMPARISONS: Readonly<Record<string, (order: number) => boolean>> = {
  '=': (order) => order === 0,
  '<>': (order) => order !== 0,
  '<': (order) => order < 0,
  '<=': (order) => order <= 0,
  '>': (order) => order > 0,
  '>=': (order) => order >= 0,
};

function operation(expression: A_Expr, scope: Scope): Evaluate {
  const operator = nameOf(expression.name?.[0]);
  const left = compileExpression(expression.lexpr, scope);
  const right = compileExpression(expression.rexpr, scope);
  const holds = COMPARISONS[operator];
  switch (expression.kind) {
    case 'AEXPR_OP':
      if (!holds) return (frame) => arithmetic(operator, left(frame), right(frame));
      return (frame) => {
        const [a, b] = [left(frame), right(frame)];
        return a === null || b === null ? null : holds(compare(a, b));
      };
    case 'AEXPR_OP_ANY':
      return (frame) => isAmong(left(frame), right(frame), holds ?? COMPARISONS['=']);
    case 'AEXPR_IN': {
      const negated = operator === '<>';
      return (frame) => {
        const found = isAmong(left(frame), right(frame), COMPARISONS['=']);
        return found === null ? null : found !== negated;
      };
    }
    case 'AEXPR_BETWEEN':
      return (frame) => {
        const [value, bounds] = [left(frame), right(frame)];
        const [low = null, high = null] = Array.isArray(bounds) ? (bounds as readonly Value[]) : [];
        if (value === null || low === null || high === null) return null;
        return compare(value, low) >= 0 && compare(value, high) <= 0;
      };
    case 'AEXPR_DISTINCT':
    case 'AEXPR_NOT_DISTINCT': {
      const wanted = expression.kind === 'AEXPR_NOT_DISTINCT';
      return (frame) => {
        const [a, b] = [left(frame), right(frame)];
        return (a === null || b === null ? a === b : compare(a, b) === 0) === wanted;
      };
    }
    default:
      throw unsupported(`operator ${operator} of kind ${String(expression.kind)}`);
  }
}

function isAmong(value: Value, list: Value, holds: ((order: number) => boolean) | undefined): boolean | null {
  if (value === null || !Array.isArray(list) || !holds) return null;
  const items = list as readonly Value[];
  if (items.some((item) => item !== null && holds(compare(value, item)))) return true;
  return items.includes(null) ? null : false;
}

function booleanOf({ boolop, args = [] }: BoolExpr, scope: Scope): Evaluate {
  const parts = args.map((arg) => compileExpression(arg, scope));
  const [first = NOTHING] = parts;
  if (boolop === 'NOT_EXPR') {
    return (frame) => {
      const value = first(frame);
      return value === null ? null : value !== true;
    };
  }
  const decisive = boolop === 'OR_EXPR';
  return (frame) => {
    let unknown = false;
    for (const part of parts) {
      const value = part(frame);
      if (value === decisive) return decisive;
      unknown ||= value === null;
    }
    return unknown ? null : !decisive;
  };
}

function caseOf({ arg, args = [], defresult }: CaseExpr, scope: Scope): Evaluate {
  const subject = arg ? compileExpression(arg, scope) : undefined;
  const otherwise = compileExpression(defresult, scope);
  const branches = args.map((branch) => {
    if (!('CaseWhen' in branch)) throw unsupported('branch', branch);
    const { expr, result } = branch.CaseWhen;
    return { when: compileExpression(expr, scope), then: compileExpression(result, scope) };
  });
  return (frame) => {
    const value = subject?.(frame);
    const taken = branches.find(({ when }) => {
      const given = when(frame);
      if (value === undefined) return given === true;
      return value !== null && given !== null && compare(value, given) === 0;
    });
    return (taken?.then ?? otherwise)(frame);
  };
}

function firstGiven(parts: readonly Evaluate[]): Evaluate {
  return (frame) => {
    for (const part of parts) {
      const value = part(frame);
      if (value !== null) return value;
    }
    return null;
  };
}

function callOf(call: FuncCall, scope: Scope): Evaluate {
  const name = nameOf(call.funcname?.at(-1));
  const args = call.args ?? [];
  if (name === 'make_interval') return intervalOf(args, scope);
  const combine = AGGREGATES[name];
  if (!combine) return plainCall(name, args, scope);
  const index = scope.aggregates.length;
  const argument = call.agg_star ? constant(true) : compileExpression(args[0], scope);
  const filter = call.agg_filter ? compileExpression(call.agg_filter, scope) : undefined;
  scope.aggregates.push({ argument, filter, combine });
  const slot = scope.aggregateSlot;
  return (frame) => frame.tuples[slot]?.[index] ?? null;
}

function plainCall(name: string, args: readonly Node[], scope: Scope): Evaluate {
  const body = FUNCTIONS[name];
  if (!body) throw unsupported(`function ${name}`);
  const values = args.map((arg) => compileExpression(arg, scope));
  const takesNull = TAKES_NULL.has(name);
  return (frame) => {
    const given = values.map((value) => value(frame));
    return !takesNull && given.includes(null) ? null : body(given, frame);
  };
}

function intervalOf(args: readonly Node[], scope: Scope): Evaluate {
  const named = args.map((arg) => {
    if (!('NamedArgExpr' in arg)) throw unsupported('interval with unnamed parts');
    return { name: arg.NamedArgExpr.name ?? '', value: compileExpression(arg.NamedArgExpr.arg, scope) };
  });
  const names = named.map(({ name }) => name);
  return (frame) => {
    const values = named.map(({ value }) => value(frame));
    return values.includes(null) ? null : makeInterval(names, values);
  };
}

function subLink({ subLinkType, subselect, testexpr }: SubLink, scope: Scope): Evaluate {
  if (!subselect || !('SelectStmt' in subselect)) throw unsupported('subquery', subselect);
  const exists = subLinkType === 'EXISTS_SUBLINK';
  const plan = compileSelect(subselect.SelectStmt, scope.inner(), exists ? 1 : undefined);
  if (exists) return (frame) => plan.run(frame).length > 0;
  if (subLinkType === 'EXPR_SUBLINK') return (frame) => plan.run(frame)[0]?.[0] ?? null;
  if (subLinkType === 'ANY_SUBLINK') {
    const value = compileExpression(testexpr, scope);
    return (frame) =>
      isAmong(
        value(frame),
        plan.run(frame).map((row) => row[0] ?? null),
        COMPARISONS['='],
      );
  }
  if (subLinkType === 'ARRAY_SUBLINK') return (frame) => plan.run(frame).map((row) => row[0] ?? null);
  throw unsupported(`subquery ${String(subLinkType)}`);
}
