import type { Readable } from 'node:stream';
import { CustomerProblem, type CustomerRecord } from '../../domain/customer-record.ts';
import { parseInstant } from '../../domain/instant.ts';
import type { JsonValue } from '../../domain/json.ts';
import { pointerOf, type Problem } from '../../domain/validation/problem.ts';
import { suggest } from '../../domain/validation/suggest.ts';
import { ApiProblem } from '../problem.ts';
import { bodyBytes } from './body-bytes.ts';
import { csvRecords, type CsvRecord } from './csv-records.ts';
import { customerRecord, fieldTarget, type FieldTarget } from './customer-fields.ts';
import { importLine, MAX_LINE_BYTES, type ImportContext, type ImportLine } from './import-line.ts';

type ColumnType = 'text' | 'number' | 'boolean' | 'date';

interface Column {
  readonly target: FieldTarget;
  readonly type: ColumnType;
}

/**
 * Reads CSV with a header; an empty cell says nothing about its field.
 * @throws ApiProblem `bad_import_header` with everything that is wrong with the header: then nothing is imported
 */
export async function* readCsv(body: Readable, context: ImportContext): AsyncGenerator<ImportLine> {
  let columns: readonly Column[] | undefined;
  for await (const record of csvRecords(bodyBytes(body))) {
    if (columns) yield lineOf(record, columns, context);
    else columns = columnsOf(headerOf(record), context.categories);
  }
  if (!columns)
    throw new ApiProblem('bad_import_header', 'The file is empty. Its first line names the columns.');
}

const FAULTS = {
  too_large: { reason: 'line_too_large', message: `A record has at most ${MAX_LINE_BYTES} bytes.` },
  bad_quote: { reason: 'bad_csv', message: 'The record is not valid CSV. Check its quotes.' },
  open_quote: {
    reason: 'bad_csv',
    message: 'A quote of the record is never closed: nothing behind it could be read.',
  },
} as const;

function lineOf(record: CsvRecord, columns: readonly Column[], context: ImportContext): ImportLine {
  const { line } = record;
  if ('fault' in record) return { line, ...FAULTS[record.fault] };
  return importLine(line, () => recordOfCells(record.cells, columns, context));
}

function headerOf(record: CsvRecord): readonly string[] {
  if ('fault' in record) throw new ApiProblem('bad_import_header', FAULTS[record.fault].message);
  return record.cells;
}

function columnsOf(header: readonly string[], categories: readonly string[]): readonly Column[] {
  const problems: Problem[] = [];
  const seen = new Set<string>();
  const columns = header.map((cell, index): Column => {
    const [name, type] = splitType(cell.trim());
    const problem = (code: string, message: string): Column => {
      problems.push({ pointer: pointerOf(index), code, message });
      return { target: { kind: 'attribute', name }, type: 'text' };
    };
    if (name === '') return problem('bad_column', `Column ${index + 1} has no name.`);
    if (seen.has(name)) return problem('bad_column', `The column "${name}" is there twice.`);
    seen.add(name);
    if (type !== undefined && !isColumnType(type)) {
      return problem('bad_column', `"${cell}" has no known type.${suggest(type, COLUMN_TYPES)}`);
    }
    try {
      const target = fieldTarget(name, categories);
      if (type !== undefined && target.kind !== 'attribute')
        return problem('bad_column', `"${name}" takes no type: only attributes have one.`);
      return { target, type: type ?? 'text' };
    } catch (error) {
      if (error instanceof CustomerProblem) return problem(error.code, error.message);
      throw error;
    }
  });
  if (!seen.has('externalId')) {
    problems.push({ pointer: '', code: 'bad_column', message: 'There is no column "externalId".' });
  }
  if (problems.length === 0) return columns;
  throw new ApiProblem('bad_import_header', problems.map(({ message }) => message).join(' '), { problems });
}

const COLUMN_TYPES: readonly ColumnType[] = ['text', 'number', 'boolean', 'date'];

function isColumnType(type: string): type is ColumnType {
  return (COLUMN_TYPES as readonly string[]).includes(type);
}

/** `points:number` → points, number. */
function splitType(cell: string): readonly [string, string?] {
  const colon = cell.lastIndexOf(':');
  return colon === -1 ? [cell] : [cell.slice(0, colon), cell.slice(colon + 1)];
}

function recordOfCells(
  cells: readonly string[],
  columns: readonly Column[],
  context: ImportContext,
): CustomerRecord {
  if (cells.length > columns.length) {
    throw new CustomerProblem(
      'bad_csv',
      `The record has ${cells.length} cells, the header ${columns.length}.`,
    );
  }
  return customerRecord(
    columns.map((column, index) => [column.target, cellValue(column, cells[index] ?? '')] as const),
    context.now,
  );
}

const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

function cellValue({ target, type }: Column, cell: string): JsonValue | undefined {
  const text = cell.trim();
  if (text === '') return undefined;
  const kind = target.kind === 'consent' && target.field === 'granted' ? 'boolean' : type;
  switch (kind) {
    case 'text':
      return cell;
    case 'number':
      if (!DECIMAL.test(text) || !Number.isFinite(Number(text)))
        throw new CustomerProblem('bad_field', `"${text.slice(0, 50)}" is not a number.`);
      return Number(text);
    case 'boolean':
      if (!/^(true|false)$/i.test(text))
        throw new CustomerProblem('bad_field', `"${text.slice(0, 50)}" is not true or false.`);
      return text.toLowerCase() === 'true';
    case 'date':
      return dateOf(text);
  }
}

/** A day as it is given, an instant in UTC. */
function dateOf(text: string): string {
  const instant = parseInstant(text);
  if (instant === undefined) throw new CustomerProblem('bad_field', `"${text.slice(0, 50)}" is not a date.`);
  return text.length === 'YYYY-MM-DD'.length ? text : new Date(instant).toISOString();
}
