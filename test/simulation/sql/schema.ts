import type { ColumnDef, Constraint, CreateStmt, Node } from '@pgsql/types';
import { compileExpression } from './expression.ts';
import type { Evaluate } from './frame.ts';
import { nameOf, Scope } from './scope.ts';
import { castTo, type Cast } from './types.ts';

export interface TableColumn {
  readonly name: string;
  readonly cast: Cast;
  readonly required: boolean;
  readonly identity: boolean;
  readonly defaultValue: Evaluate | undefined;
}

/** A table as the migrations leave it. Foreign keys and partitions are not looked at. */
export interface Table {
  readonly name: string;
  readonly columns: readonly TableColumn[];
  /** Sets of columns, by index, that no two rows may share; a row with a null among them is never the same. */
  readonly uniques: readonly (readonly number[])[];
  /** Conditions of every row; the row stands in slot {@link CHECKED_SLOT}. */
  readonly checks: readonly Evaluate[];
}

/** Where a row stands while its checks are evaluated. */
export const CHECKED_SLOT = 1;

export type Schema = ReadonlyMap<string, Table>;

interface Draft {
  columns: { def: ColumnDef; constraints: readonly Constraint[] }[];
  constraints: Constraint[];
}

/** Reads tables, keys, checks and defaults out of parsed migrations. */
export function schemaOf(statements: readonly Node[]): Schema {
  const drafts = new Map<string, Draft>();
  for (const statement of statements) {
    if ('CreateStmt' in statement)
      drafts.set(statement.CreateStmt.relation?.relname ?? '', draftOf(statement.CreateStmt));
    if ('DropStmt' in statement && statement.DropStmt.removeType === 'OBJECT_TABLE')
      for (const name of statement.DropStmt.objects ?? []) drafts.delete(tableNameOf(name));
    if ('AlterTableStmt' in statement) {
      const draft = drafts.get(statement.AlterTableStmt.relation?.relname ?? '');
      for (const command of statement.AlterTableStmt.cmds ?? []) if (draft) alter(draft, command);
    }
    if ('IndexStmt' in statement && statement.IndexStmt.unique && !statement.IndexStmt.whereClause) {
      const { relation, indexParams = [] } = statement.IndexStmt;
      const keys = indexParams.map((param) => ('IndexElem' in param ? (param.IndexElem.name ?? '') : ''));
      drafts.get(relation?.relname ?? '')?.constraints.push({
        contype: 'CONSTR_UNIQUE',
        keys: keys.map((sval): Node => ({ String: { sval } })),
      });
    }
  }
  return new Map([...drafts].map(([name, draft]) => [name, tableOf(name, draft)]));
}

/** @param name as a statement has it, schema and all */
function tableNameOf(name: Node): string {
  const parts = 'List' in name ? (name.List.items ?? []) : [];
  const [table] = parts.slice(-1);
  return table ? nameOf(table) : '';
}

function draftOf({ tableElts = [] }: CreateStmt): Draft {
  const draft: Draft = { columns: [], constraints: [] };
  for (const element of tableElts) {
    if ('ColumnDef' in element) draft.columns.push(columnOf(element.ColumnDef));
    if ('Constraint' in element) draft.constraints.push(element.Constraint);
  }
  return draft;
}

function columnOf(def: ColumnDef): Draft['columns'][number] {
  const constraints = (def.constraints ?? []).flatMap((node) =>
    'Constraint' in node ? [node.Constraint] : [],
  );
  return { def, constraints };
}

function alter(draft: Draft, command: Node): void {
  if (!('AlterTableCmd' in command)) return;
  const { subtype, def, name } = command.AlterTableCmd;
  if (subtype === 'AT_AddColumn' && def && 'ColumnDef' in def) draft.columns.push(columnOf(def.ColumnDef));
  if (subtype === 'AT_AddConstraint' && def && 'Constraint' in def) draft.constraints.push(def.Constraint);
  if (subtype === 'AT_DropColumn')
    draft.columns = draft.columns.filter(({ def: { colname } }) => colname !== name);
}

function tableOf(name: string, { columns, constraints }: Draft): Table {
  const names = columns.map(({ def }) => def.colname ?? '');
  const scope = new Scope(() => {
    throw new Error('A table speaks of itself only.');
  });
  scope.relations.push({ alias: name, columns: names, slot: CHECKED_SLOT });
  const keysOf = ({ keys = [] }: Constraint): number[] => keys.map((key) => names.indexOf(nameOf(key)));
  const isKey = ({ contype }: Constraint): boolean =>
    contype === 'CONSTR_PRIMARY' || contype === 'CONSTR_UNIQUE';
  const all = [...constraints, ...columns.flatMap((column) => column.constraints)];
  return {
    name,
    columns: columns.map((column) => tableColumn(column, scope)),
    uniques: [
      ...constraints.filter(isKey).map(keysOf),
      ...columns.flatMap((column, i) => (column.constraints.some(isKey) ? [[i]] : [])),
    ],
    checks: all
      .filter(({ contype }) => contype === 'CONSTR_CHECK')
      .map(({ raw_expr: condition }) => compileExpression(condition, scope)),
  };
}

function tableColumn({ def, constraints }: Draft['columns'][number], scope: Scope): TableColumn {
  const find = (type: Constraint['contype']): Constraint | undefined =>
    constraints.find(({ contype }) => contype === type);
  const byDefault = find('CONSTR_DEFAULT')?.raw_expr;
  return {
    name: def.colname ?? '',
    cast: castTo(def.typeName),
    required: find('CONSTR_NOTNULL') !== undefined || find('CONSTR_PRIMARY') !== undefined,
    identity: find('CONSTR_IDENTITY') !== undefined,
    defaultValue: byDefault && compileExpression(byDefault, scope),
  };
}
