import { z } from 'zod';
import { MAX_LISTED } from '../customers/import-stream.ts';

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
