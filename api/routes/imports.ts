import { z } from 'zod';
import { IMPORT_STATES, listImports, readImportProblems } from '../../database/imports/read-imports.ts';
import { MAX_OPEN_IMPORTS } from '../../database/imports/receive-import.ts';
import { KEPT_DAYS } from '../../database/imports/sweep-imports.ts';
import { MAX_KEPT_PROBLEMS } from '../../database/imports/write-batch.ts';
import { IMPORT_TYPES } from '../customers/import-formats.ts';
import { importStream } from '../customers/import-stream.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { prefersAsync } from '../imports/prefer.ts';
import { jobView, problemView, readJob } from '../imports/read-job.ts';
import { MAX_IMPORT_BYTES, receiveImport } from '../imports/receive-import.ts';
import { limitUpTo, nextCursor, PagedList } from '../paging.ts';
import { defineRoute, type AnyRoute } from '../route.ts';
import { CSV_EXAMPLE, NDJSON_EXAMPLE } from '../schemas/examples.ts';
import { importJobView, importProblemView, importReportSchema } from '../schemas/import.ts';

const TAG = 'Customers';
const PAGES = new PagedList('imports');
const byId = z.object({ id: z.string() });
const lineCursor = z
  .string()
  .regex(/^\d{1,9}$/, 'Send `next` of the page before as it was')
  .transform(Number)
  .default(0)
  .meta({ description: '`next` of the page before; without it, the first page.' });

export function importRoutes(deps: ApiDependencies): readonly AnyRoute[] {
  return [importRoute(deps), listRoute(deps), getRoute(deps), problemsRoute(deps)];
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
      '`warnings` names lines that were taken and that no message may follow from: a bad number, a consent without proof. ' +
      'With `Prefer: respond-async` the file is stored, a wrong header is refused, and the lines are taken later, by a ' +
      'job: those of one project one after another, in the order in which they were answered.',
    headers: z.object({
      Prefer: z
        .string()
        .optional()
        .meta({
          description: `\`respond-async\` makes a job of the import: 202 once the file, of at most ${MAX_IMPORT_BYTES} bytes, is stored.`,
          example: 'respond-async',
        }),
    }),
    rawBody: { 'application/x-ndjson': NDJSON_EXAMPLE, 'text/csv': CSV_EXAMPLE },
    answers: {
      200: { description: 'What was taken and what was not.', schema: importReportSchema },
      202: { description: 'The job; its address is in `Location`.', schema: importJobView },
      413: { description: 'The file is too large for a job; nothing was taken.' },
      415: {
        description: `Another content type than ${IMPORT_TYPES.join(', ')}, another charset than UTF-8, or a Content-Encoding.`,
      },
      422: { description: 'The header of the CSV file is wrong; nothing was taken.' },
      429: {
        description: `The project has ${MAX_OPEN_IMPORTS} jobs that have not ended; \`Retry-After\` says when to try again.`,
      },
    },
    handle: async ({ project, raw }) => {
      if (!prefersAsync(raw.headers['prefer'])) {
        return { status: 200, body: await importStream(deps, project.id, raw) };
      }
      const id = await receiveImport(deps, project.id, raw);
      return {
        status: 202,
        headers: { location: `/v1/imports/${id}`, 'preference-applied': 'respond-async' },
        body: jobView(await readJob(deps.pool, project.id, id)),
      };
    },
  });
}

function listRoute({ pool }: ApiDependencies): AnyRoute {
  return defineRoute({
    method: 'get',
    path: '/v1/imports',
    tag: TAG,
    summary: 'List import jobs',
    description: `The newest first. A job is removed ${KEPT_DAYS} days after its end.`,
    query: z.strictObject({
      state: z.enum(IMPORT_STATES).optional(),
      ...PAGES.query,
    }),
    answers: {
      200: {
        description: 'A page of them.',
        schema: z.object({ imports: z.array(importJobView), next: nextCursor }),
      },
    },
    handle: async ({ project, query }) => {
      const rows = await listImports(pool, project.id, query);
      const { items, next } = PAGES.page(rows, query.limit, ({ requestedAt, id }) => ({
        at: requestedAt,
        id,
      }));
      return { status: 200, body: { imports: items.map(jobView), next } };
    },
  });
}

function getRoute({ pool }: ApiDependencies): AnyRoute {
  return defineRoute({
    method: 'get',
    path: '/v1/imports/:id',
    tag: TAG,
    summary: 'Read an import job',
    description:
      '`queued`: waits for its turn. `running`: lines are being written, in batches; the counts are those of all batches so ' +
      'far. `finished`: every line has been read. `failed`: `problem` says why.',
    params: byId,
    answers: { 200: { description: 'The job as it stands.', schema: importJobView } },
    handle: async ({ project, params }) => ({
      status: 200,
      body: jobView(await readJob(pool, project.id, params.id)),
    }),
  });
}

function problemsRoute({ pool }: ApiDependencies): AnyRoute {
  return defineRoute({
    method: 'get',
    path: '/v1/imports/:id/problems',
    tag: TAG,
    summary: 'Read the rejected lines and warnings of an import job',
    description:
      `In the order of the lines, while the job runs those so far. The first ${MAX_KEPT_PROBLEMS.toLocaleString('en')} ` +
      'of a job are kept, the others only counted. What speaks of a customer goes when the customer is erased; a line ' +
      `that is read after that may name them again, until the job is removed ${KEPT_DAYS} days after its end.`,
    params: byId,
    query: z.strictObject({ limit: limitUpTo(1_000), cursor: lineCursor }),
    answers: {
      200: {
        description: 'A page of them.',
        schema: z.object({ problems: z.array(importProblemView), next: nextCursor }),
      },
    },
    handle: async ({ project, params, query: { cursor, limit } }) => {
      const job = await readJob(pool, project.id, params.id);
      const rows = await readImportProblems(pool, job.id, cursor, limit + 1);
      const page = rows.slice(0, limit);
      const next = rows.length > limit ? String(page.at(-1)?.number) : null;
      return { status: 200, body: { problems: page.map(problemView), next } };
    },
  });
}
