import { z } from 'zod';
import { IMPORT_STATES } from '../../database/imports/read-imports.ts';
import { MAX_LISTED } from '../customers/import-stream.ts';
import { problemView } from './scenario.ts';

const rejected = z.object({ line: z.int(), reason: z.string(), message: z.string() });
const warning = z.object({ line: z.int(), externalId: z.string(), code: z.string(), message: z.string() });
const first = `The first ${MAX_LISTED.toLocaleString('en')} of them.`;

export const importReportSchema = z
  .object({
    lines: z.int(),
    created: z.int(),
    updated: z.int(),
    rejectedCount: z.int().meta({ description: 'All lines that were refused.' }),
    warningsCount: z.int().meta({ description: 'All warnings.' }),
    rejected: z.array(rejected).meta({ description: first }),
    warnings: z.array(warning).meta({ description: first }),
  })
  .meta({ id: 'ImportReport' });

const instant = z.iso.datetime();

export const importJobView = z
  .object({
    id: z.uuid(),
    state: z.enum(IMPORT_STATES),
    format: z.enum(['csv', 'ndjson']),
    bytes: z
      .object({ total: z.int(), done: z.int() })
      .meta({ description: 'Of the file, without a byte order mark.' }),
    lines: z.int().meta({ description: 'Lines that have been read so far, as all counts.' }),
    created: z.int(),
    updated: z.int(),
    rejectedCount: z.int(),
    warningsCount: z.int(),
    requestedAt: instant,
    startedAt: instant.nullable(),
    finishedAt: instant.nullable(),
    problem: problemView.nullable().meta({
      description: 'Why the job failed. What had been written before stays.',
    }),
  })
  .meta({ id: 'ImportJob' });

export const importProblemView = z
  .object({
    line: z.int(),
    kind: z.enum(['rejected', 'warning']),
    code: z.string(),
    externalId: z.string().nullable().meta({ description: 'Null where a rejected line names none.' }),
    message: z.string(),
  })
  .meta({ id: 'ImportProblem' });
