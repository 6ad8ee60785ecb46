import type { CustomerRecord } from '../../domain/customer-record.ts';
import type { ImportLine, Rejection } from './import-line.ts';
import { BEGINNING, type Position } from './position.ts';

/** Lines that are written in one transaction. */
const MAX_LINES = 500;
/** Bytes that a batch may span before it ends, so that it takes little memory whatever its lines are. */
const MAX_BYTES = 4_194_304;

/** Lines that follow each other, no customer twice among them. */
export interface ImportBatch {
  readonly lines: number;
  /** By `externalId`. */
  readonly records: ReadonlyMap<string, { readonly line: number; readonly record: CustomerRecord }>;
  readonly rejected: readonly Rejection[];
  readonly end: Position;
}

/** Puts lines into batches in their order. */
export async function* importBatches(lines: AsyncIterable<ImportLine>): AsyncGenerator<ImportBatch> {
  let records = new Map<string, { line: number; record: CustomerRecord }>();
  let rejected: Rejection[] = [];
  let end: Position = BEGINNING;
  let begin: Position | undefined;
  const take = (): ImportBatch => {
    const batch = { lines: records.size + rejected.length, records, rejected, end };
    records = new Map();
    rejected = [];
    begin = end;
    return batch;
  };
  for await (const entry of lines) {
    begin ??= entry.end;
    const full = records.size + rejected.length >= MAX_LINES || entry.end.offset - begin.offset > MAX_BYTES;
    const again = 'record' in entry && records.has(entry.record.externalId);
    if ((full || again) && records.size + rejected.length > 0) yield take();
    if ('record' in entry) records.set(entry.record.externalId, entry);
    else rejected.push(entry);
    end = entry.end;
  }
  if (records.size + rejected.length > 0) yield take();
}
