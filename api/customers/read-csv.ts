import { CustomerProblem, type CustomerRecord } from '../../domain/customer-record.ts';
import { parseInstant } from '../../domain/instant.ts';
import type { JsonValue } from '../../domain/json.ts';
import { ApiProblem } from '../problem.ts';
import { columnsOf, type Column } from './csv-header.ts';
import { csvRecords, type CsvRecord } from './csv-records.ts';
import { customerRecord } from './customer-fields.ts';
import { importLine, MAX_LINE_BYTES, type ImportContext, type ImportLine } from './import-line.ts';
import type { Position } from './position.ts';

/**
 * Reads CSV with a header; an empty cell says nothing about its field.
 * @throws ApiProblem `bad_import_header` with everything that is wrong with the header: then nothing is imported
 */
export async function* readCsv(
  bytes: AsyncIterable<Buffer>,
  context: ImportContext,
): AsyncGenerator<ImportLine> {
  let columns: readonly Column[] | undefined;
  for await (const record of csvRecords(bytes)) {
    if (columns) yield lineOf(record, columns, context);
    else columns = columnsOf(headerOf(record), context.targetOf);
  }
  if (!columns) throw emptyFile();
}

/** The first record of a CSV file. */
export interface CsvHeader {
  readonly cells: readonly string[];
  readonly end: Position;
}

/**
 * Reads no more than the header.
 * @throws ApiProblem as {@link readCsv}
 */
export async function readCsvHeader(
  bytes: AsyncIterable<Buffer>,
  context: ImportContext,
): Promise<CsvHeader> {
  for await (const record of csvRecords(bytes)) {
    const cells = headerOf(record);
    columnsOf(cells, context.targetOf);
    return { cells, end: record.end };
  }
  throw emptyFile();
}

/**
 * Goes on behind a header.
 * @param from where the bytes begin
 * @throws ApiProblem as {@link readCsv}: a category that it names may be gone
 */
export async function* readCsvFrom(
  bytes: AsyncIterable<Buffer>,
  context: ImportContext,
  header: CsvHeader['cells'],
  from: Position,
): AsyncGenerator<ImportLine> {
  const columns = columnsOf(header, context.targetOf);
  for await (const record of csvRecords(bytes, from)) yield lineOf(record, columns, context);
}

function emptyFile(): ApiProblem {
  return new ApiProblem('bad_import_header', 'The file is empty. Its first line names the columns.');
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
  const { line, end } = record;
  if ('fault' in record) return { line, end, ...FAULTS[record.fault], externalId: null };
  return importLine({ line, end }, (speaksOf) => {
    speaksOf(record.cells[columns.findIndex(({ target }) => target.kind === 'externalId')]);
    return recordOfCells(record.cells, columns, context);
  });
}

function headerOf(record: CsvRecord): readonly string[] {
  if ('fault' in record)
    throw new ApiProblem(
      'bad_import_header',
      `${FAULTS[record.fault].message} The first line must name the columns, separated by commas.`,
    );
  return record.cells;
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

function cellValue({ name, target, type }: Column, cell: string): JsonValue | undefined {
  const text = cell.trim();
  if (text === '') return undefined;
  const not = (what: string): CustomerProblem =>
    new CustomerProblem('bad_field', `Column "${name}": "${text.slice(0, 50)}" is not ${what}.`);
  const kind = target.kind === 'consent' && target.field === 'granted' ? 'boolean' : type;
  switch (kind) {
    case 'text':
      return cell;
    case 'number':
      if (!DECIMAL.test(text) || !Number.isFinite(Number(text))) throw not('a number');
      return Number(text);
    case 'boolean':
      if (!/^(true|false)$/i.test(text)) throw not('true or false');
      return text.toLowerCase() === 'true';
    case 'date': {
      const instant = parseInstant(text);
      if (instant === undefined) throw not('a date such as 2026-03-01 or 2026-03-01T12:00:00Z');
      return text.length === 'YYYY-MM-DD'.length ? text : new Date(instant).toISOString();
    }
  }
}
