import { LockWait, SqlFailure, type Frame } from './frame.ts';
import { CHECKED_SLOT, type Table } from './schema.ts';
import { Row } from './store.ts';
import { same, type Value, type Values } from './values.ts';

/** Stores a new row. @returns the row, or the one that has one of its keys already */
export function insertRow(
  table: Table,
  values: Values,
  frame: Frame,
): { readonly row: Row; readonly taken: boolean } {
  check(table, values, frame);
  const holder = keyHolder(table, values, undefined, frame);
  if (holder) return { row: holder, taken: true };
  const row = new Row(table.name);
  row.draft(frame.transaction, frame.command, values);
  row.lock(frame.transaction, 'update');
  frame.transaction.store.rows(table.name).push(row);
  return { row, taken: false };
}

/** Gives a locked row new values, null to delete it. @throws SqlFailure when another row has one of its keys */
export function changeRow(table: Table, row: Row, values: Values | null, frame: Frame): void {
  if (values) {
    check(table, values, frame);
    if (keyHolder(table, values, row, frame))
      throw new SqlFailure('23505', `A key of "${table.name}" is taken.`);
  }
  row.draft(frame.transaction, frame.command, values);
}

/** Whether a row was already written by the statement that is under way. */
export function isWritten(row: Row, { transaction, command }: Frame): boolean {
  return row.drafter === transaction && row.drafts.at(-1)?.command === command;
}

/** Another row with the same key. Whoever is writing one that may be it is waited for. */
function keyHolder(table: Table, values: Values, self: Row | undefined, frame: Frame): Row | undefined {
  const { transaction } = frame;
  const own = self?.newest(transaction);
  for (const key of table.uniques) {
    if (key.some((column) => (values[column] ?? null) === null)) continue;
    if (own && sameKey(key, own, values)) continue;
    for (const row of transaction.store.rows(table.name)) {
      if (row === self) continue;
      const foreign = row.drafter !== undefined && row.drafter !== transaction;
      const now = row.newest(transaction);
      if (!foreign) {
        if (now && sameKey(key, now, values)) return row;
        continue;
      }
      const drafted = row.drafts.at(-1)?.values ?? null;
      const may = [now, drafted].some((version) => version && sameKey(key, version, values));
      if (may && row.drafter) throw new LockWait([row.drafter]);
    }
  }
  return undefined;
}

function sameKey(key: readonly number[], a: Values, b: Values): boolean {
  return key.every((column) => (a[column] ?? null) !== null && same(a[column] ?? null, b[column] ?? null));
}

function check(table: Table, values: Values, frame: Frame): void {
  for (const [i, { name, required }] of table.columns.entries()) {
    if (required && (values[i] ?? null) === null)
      throw new SqlFailure('23502', `${table.name}.${name} is null.`);
  }
  const before = frame.tuples[CHECKED_SLOT];
  frame.tuples[CHECKED_SLOT] = values;
  const broken = table.checks.some((holds) => holds(frame) === false);
  frame.tuples[CHECKED_SLOT] = before ?? [];
  if (broken) throw new SqlFailure('23514', `A check of "${table.name}" does not hold.`);
}

/** A row's values with some replaced. */
export function withValues(values: Values, changes: readonly (readonly [number, Value])[]): Values {
  const changed = [...values];
  for (const [index, value] of changes) changed[index] = value;
  return changed;
}
