import { IMPORT_TYPES } from '../customers/import-formats.ts';
import { importStream } from '../customers/import-stream.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { defineRoute, type AnyRoute } from '../route.ts';
import { CSV_EXAMPLE, NDJSON_EXAMPLE } from '../schemas/examples.ts';
import { importReportSchema } from '../schemas/import.ts';

const TAG = 'Customers';

export function importRoutes(deps: ApiDependencies): readonly AnyRoute[] {
  return [importRoute(deps)];
}

function importRoute(deps: ApiDependencies): AnyRoute {
  return defineRoute({
    method: 'post',
    path: '/v1/customers/import',
    tag: TAG,
    summary: 'Import customers',
    description:
      'Creates and updates customers by `externalId` from a stream of any length, NDJSON or CSV with a header. Names: ' +
      '`externalId`, `phone`, `timezone`, `language`, `consent.<category>.granted|time|method|source`; every other ' +
      'name is an attribute, but for those that only seem to be a known one, which are refused. In CSV attributes are texts unless the header says `name:number`, `name:boolean` or ' +
      '`name:date`, and an empty cell says nothing; in NDJSON null removes. Dates and times are ISO 8601, in UTC where no offset is ' +
      'named. A consent needs time, method and source ' +
      "to open anything. Every line that can't be taken is answered with its number and reason; the others are taken. " +
      '`warnings` names lines that were taken and that no message may follow from: a bad number, a consent without proof.',
    rawBody: { 'application/x-ndjson': NDJSON_EXAMPLE, 'text/csv': CSV_EXAMPLE },
    answers: {
      200: { description: 'What was taken and what was not.', schema: importReportSchema },
      415: { description: `Another content type than ${IMPORT_TYPES.join(', ')}.` },
      422: { description: 'The header of the CSV file is wrong; nothing was taken.' },
    },
    handle: async ({ project, raw }) => ({
      status: 200,
      body: await importStream(deps, project.id, raw.headers['content-type'] ?? '', raw),
    }),
  });
}
