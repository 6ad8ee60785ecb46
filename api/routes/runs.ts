import { z } from 'zod';
import { RUN_STATES } from '../../domain/states.ts';
import { findCustomerId, findTestCustomerId } from '../customers/read-customer.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { nextCursor, PagedList } from '../paging.ts';
import { defineRoute, type AnyRoute } from '../route.ts';
import { customerStory } from '../runs/customer-story.ts';
import { listRunRows, readRunRow, runSummary } from '../runs/read-run.ts';
import { runReport } from '../runs/run-report.ts';
import { streamEvents } from '../runs/stream-events.ts';
import { campaignEventView, customerStoryView, runReportView, runView } from '../schemas/run.ts';

const TAG = 'Runs';
const PAGES = new PagedList('runs');
const instant = z.iso.datetime({ offset: true }).transform((text) => new Date(text));
const byId = z.object({ id: z.string() });

export function runRoutes(deps: ApiDependencies): readonly AnyRoute[] {
  const { pool, prisma } = deps;
  return [
    defineRoute({
      method: 'get',
      path: '/v1/runs',
      tag: TAG,
      summary: 'List runs',
      query: z.strictObject({
        ...PAGES.query,
        scenarioId: z.uuid().optional(),
        state: z.enum(RUN_STATES).optional(),
        test: z
          .enum(['true', 'false'])
          .optional()
          .meta({ description: 'Only test sends, or all but those; both by default.' }),
        requestedFrom: instant.optional(),
        requestedBefore: instant.optional(),
      }),
      answers: {
        200: {
          description: 'The newest first.',
          schema: z.object({ runs: z.array(runView), next: nextCursor }),
        },
      },
      handle: async ({ project, query }) => {
        const test = query.test === undefined ? undefined : query.test === 'true';
        const rows = await listRunRows(pool, project.id, { ...query, test });
        const { items, next } = PAGES.page(rows, query.limit, ({ requestedAt, id }) => ({
          at: requestedAt,
          id,
        }));
        return { status: 200, body: { runs: items.map(runSummary), next } };
      },
    }),
    defineRoute({
      method: 'get',
      path: '/v1/runs/:id',
      tag: TAG,
      summary: 'Read a run',
      description:
        'State, counts by node and outcome, reasons, holds, rate and estimate, all of this moment.',
      params: byId,
      answers: { 200: { description: 'The run.', schema: runReportView } },
      handle: async ({ project, params }) => ({
        status: 200,
        body: await runReport(pool, project.id, params.id),
      }),
    }),
    defineRoute({
      method: 'get',
      path: '/v1/runs/:id/events',
      tag: TAG,
      summary: "Stream a run's campaign events",
      params: byId,
      answers: {
        200: {
          description: 'One event a line, in the order in which they were appended.',
          schema: campaignEventView,
          contentType: 'application/x-ndjson',
        },
      },
      handle: async ({ project, params }) => {
        const run = await readRunRow(pool, project.id, params.id);
        const rows = await prisma.consentCategory.findMany({ where: { projectId: project.id } });
        const categories = new Map(rows.map(({ key, name }) => [key, name]));
        return { stream: (response) => streamEvents({ pool, run, categories }, response) };
      },
    }),
    defineRoute({
      method: 'get',
      path: '/v1/runs/:id/customers/:customerId',
      tag: TAG,
      summary: 'Why did this customer (not) get it?',
      description:
        'Every entry of the customer in the run: each node, pass, outcome, reason, message and time, and where the ' +
        'customer is now. Who was not admitted has no entries, and `explanation` says why.',
      params: byId.extend({
        customerId: z.string().meta({
          description:
            "The customer's id or externalId; of a test send the name of a test recipient, or its customer's id.",
        }),
      }),
      answers: {
        200: { description: 'The story so far.', schema: customerStoryView },
      },
      handle: async ({ project, params }) => {
        const run = await readRunRow(pool, project.id, params.id);
        const find = run.test ? findTestCustomerId : findCustomerId;
        const customerId = await find(deps, project.id, params.customerId);
        const story = await customerStory(pool, run, customerId);
        return { status: 200, body: { runId: run.id, customerId, ...story } };
      },
    }),
  ];
}
