/**
 * SQL for this moment, to compare columns of instants with: `due_at <= ${DUE_BY}`.
 *
 * It stays the same within a statement, so that an index serves, which `clock_timestamp()` lets none do. It is rounded to
 * milliseconds as the columns are: what was put to "now" before the statement is due in it.
 */
export const DUE_BY = 'statement_timestamp()::timestamptz(3)';
