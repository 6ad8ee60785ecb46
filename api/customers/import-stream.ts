import type { Readable } from 'node:stream';
import { importCustomers } from '../../database/customers/import-customers.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { bodyBytes } from './body-bytes.ts';
import { importBatches } from './import-batches.ts';
import { importContext } from './import-context.ts';
import { formatOf } from './import-formats.ts';

/** Most rejected lines, and most warnings, that a report lists; all of them are counted. */
export const MAX_LISTED = 1_000;

export interface ImportReport {
  lines: number;
  created: number;
  updated: number;
  rejectedCount: number;
  warningsCount: number;
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
  const format = formatOf(contentType);
  const context = await importContext(prisma, projectId, Date.now());
  const report: ImportReport = {
    ...{ lines: 0, created: 0, updated: 0, rejectedCount: 0, warningsCount: 0 },
    ...{ rejected: [], warnings: [] },
  };
  for await (const { lines, records, rejected } of importBatches(format.read(bodyBytes(body), context))) {
    report.lines += lines;
    report.rejectedCount += rejected.length;
    for (const { line, reason, message } of rejected.slice(0, MAX_LISTED - report.rejected.length)) {
      report.rejected.push({ line, reason, message });
    }
    if (records.size === 0) continue;
    const { created, updated, warnings } = await importCustomers(pool, {
      projectId,
      phoneKey: config.phoneKey,
      records: Array.from(records.values(), ({ record }) => record),
    });
    report.created += created;
    report.updated += updated;
    report.warningsCount += warnings.length;
    for (const warning of warnings.slice(0, MAX_LISTED - report.warnings.length)) {
      report.warnings.push({ line: records.get(warning.externalId)?.line ?? 0, ...warning });
    }
  }
  return report;
}
