import type { Readable } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { CustomerProblem, type CustomerRecord } from '../../domain/customer-record.ts';
import type { JsonValue } from '../../domain/json.ts';
import { pointerOf, type Problem } from '../../domain/validation/problem.ts';
import { suggest } from '../../domain/validation/suggest.ts';
import { ApiProblem } from '../problem.ts';
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
  const skipped: ImportLine[] = [];
  const parser = parse({
    bom: true,
    info: true,
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: MAX_LINE_BYTES,
    skip_records_with_error: true,
    on_skip: (error) => {
      if (error) skipped.push(skippedLine(error));
      return undefined;
    },
  });
  body.on('error', (error) => parser.destroy(error));
  body.pipe(parser);
  let columns: readonly Column[] | undefined;
  for await (const entry of parser as AsyncIterable<{ record: string[]; info: { lines: number } }>) {
    yield* skipped.splice(0);
    if (columns)
      yield importLine(entry.info.lines, () => recordOfCells(entry.record, columns ?? [], context));
    else columns = columnsOf(entry.record, context.categories);
  }
  yield* skipped;
  if (!columns)
    throw new ApiProblem('bad_import_header', 'The file is empty. Its first line names the columns.');
}

function skippedLine(error: Error): ImportLine {
  const line = error instanceof CsvError && typeof error['lines'] === 'number' ? error['lines'] : 0;
  const tooLarge = error instanceof CsvError && error.code === 'CSV_MAX_RECORD_SIZE';
  return tooLarge
    ? { line, reason: 'line_too_large', message: `A record has at most ${MAX_LINE_BYTES} bytes.` }
    : { line, reason: 'bad_csv', message: 'The record is not valid CSV. Check its quotes.' };
}

function columnsOf(header: readonly string[], categories: readonly string[]): readonly Column[] {
  const problems: Problem[] = [];
  const seen = new Set<string>();
  const columns = header.map((cell, index): Column => {
    const [name, type = 'text'] = splitType(cell.trim());
    const problem = (code: string, message: string): Column => {
      problems.push({ pointer: pointerOf(index), code, message });
      return { target: { kind: 'attribute', name }, type: 'text' };
    };
    if (name === '') return problem('bad_column', `Column ${index + 1} has no name.`);
    if (seen.has(name)) return problem('bad_column', `The column "${name}" is there twice.`);
    seen.add(name);
    if (!isColumnType(type)) {
      return problem('bad_column', `"${cell}" has no known type.${suggest(type, COLUMN_TYPES)}`);
    }
    try {
      return { target: fieldTarget(name, categories), type };
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

/** `points:number` → points, number; a consent's time and the like have no type. */
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

function cellValue({ target, type }: Column, cell: string): JsonValue | undefined {
  const text = cell.trim();
  if (text === '') return undefined;
  const kind = target.kind === 'consent' && target.field === 'granted' ? 'boolean' : type;
  switch (kind) {
    case 'text':
      return cell;
    case 'number':
      if (!Number.isFinite(Number(text)))
        throw new CustomerProblem('bad_field', `"${text.slice(0, 50)}" is not a number.`);
      return Number(text);
    case 'boolean':
      if (!/^(true|false)$/i.test(text))
        throw new CustomerProblem('bad_field', `"${text.slice(0, 50)}" is not true or false.`);
      return text.toLowerCase() === 'true';
    case 'date':
      if (Number.isNaN(Date.parse(text)))
        throw new CustomerProblem('bad_field', `"${text.slice(0, 50)}" is not a date.`);
      return /^\d{4}-\d{2}-\d{2}$/.test(text) ? text : new Date(text).toISOString();
  }
}
