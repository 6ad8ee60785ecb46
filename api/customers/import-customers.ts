import type { Readable } from 'node:stream';
import type { ApiDependencies } from '../dependencies.ts';
import { importCustomers } from '../../database/customers/import-customers.ts';
import type { CustomerRecord } from '../../domain/customer-record.ts';
import { ApiProblem } from '../problem.ts';
import { fieldNames } from './field-names.ts';
import type { ImportContext, ImportLine } from './import-line.ts';
import { readCsv } from './read-csv.ts';
import { readNdjson } from './read-ndjson.ts';

/** Customers that are written in one transaction. */
const BATCH = 500;

const READERS: ReadonlyMap<string, (body: Readable, context: ImportContext) => AsyncIterable<ImportLine>> =
  new Map([
    ['application/x-ndjson', readNdjson],
    ['application/ndjson', readNdjson],
    ['application/jsonl', readNdjson],
    ['text/csv', readCsv],
  ]);

/** Content types that an import may have. */
export const IMPORT_TYPES: readonly string[] = [...READERS.keys()];

export interface ImportReport {
  readonly lines: number;
  readonly created: number;
  readonly updated: number;
  readonly rejected: { line: number; reason: string; message: string }[];
  readonly warnings: { line: number; externalId: string; code: string; message: string }[];
}

/**
 * Imports customers from a stream of any length.
 *
 * Lines are written in batches while they come in; a line that can't be taken is reported and costs no other. When
 * the stream breaks off, what was written stays: importing the same file again changes nothing that is right.
 */
export async function importStream(
  { pool, prisma, config }: ApiDependencies,
  projectId: string,
  contentType: string,
  body: Readable,
): Promise<ImportReport> {
  const [mediaType = ''] = contentType.split(';');
  const read = READERS.get(mediaType.trim().toLowerCase());
  if (!read) {
    throw new ApiProblem(
      'unsupported_media_type',
      `Send the customers as one of: ${IMPORT_TYPES.join(', ')}.`,
    );
  }
  const categories = await prisma.consentCategory.findMany({ where: { projectId }, select: { key: true } });
  const context = { targetOf: fieldNames(categories.map(({ key }) => key)), now: Date.now() };
  const report = { lines: 0, created: 0, updated: 0, rejected: [], warnings: [] } as Mutable<ImportReport>;
  let batch = new Map<string, { line: number; record: CustomerRecord }>();
  const flush = async (): Promise<void> => {
    if (batch.size === 0) return;
    const lines = batch;
    batch = new Map();
    const records = [...lines.values()].map(({ record }) => record);
    const result = await importCustomers(pool, { projectId, phoneKey: config.phoneKey, records });
    report.created += result.created;
    report.updated += result.updated;
    for (const warning of result.warnings) {
      report.warnings.push({ line: lines.get(warning.externalId)?.line ?? 0, ...warning });
    }
  };
  for await (const entry of read(body, context)) {
    report.lines += 1;
    if ('reason' in entry) {
      report.rejected.push(entry);
      continue;
    }
    if (batch.has(entry.record.externalId) || batch.size >= BATCH) await flush();
    batch.set(entry.record.externalId, entry);
  }
  await flush();
  return report;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
