import { z } from 'zod';
import { listTestRecipients, type TestRecipientRow } from '../../database/test-recipients.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { nextCursor, PagedList } from '../paging.ts';
import { defineRoute, type Answer, type AnyRoute } from '../route.ts';
import { newTestRecipientBody, testRecipientBody, testRecipientView } from '../schemas/test-recipient.ts';
import {
  createTestRecipient,
  readTestRecipient,
  removeTestRecipient,
  replaceTestRecipient,
  testRecipientTag,
  type TestRecipientStore,
} from '../test-recipients/store-test-recipient.ts';

const TAG = 'Test recipients';
const PAGES = new PagedList('testrecipients');
const byName = z.object({ name: z.string() });
const one = { schema: testRecipientView, tagged: true as const };

/** Handsets of the project's own, for test sends. */
export function testRecipientRoutes(deps: ApiDependencies): readonly AnyRoute[] {
  return [createRoute(deps), listRoute(deps), readRoute(deps), replaceRoute(deps), removeRoute(deps)];
}

function storeOf({ pool, config }: ApiDependencies, projectId: string): TestRecipientStore {
  return { pool, phoneKey: config.phoneKey, projectId };
}

function viewOf(row: TestRecipientRow): z.input<typeof testRecipientView> {
  const { name, customerId, phone, country, carrier, handset, language, attributes } = row;
  return {
    ...{ name, customerId, phone, country, carrier, handset, language, attributes },
    optedOutAt: row.optedOutAt?.toISOString() ?? null,
    createdAt: row.createdAt.toISOString(),
    changedAt: row.changedAt.toISOString(),
  };
}

async function answerOf(
  { pool }: ApiDependencies,
  projectId: string,
  name: string,
  status = 200,
): Promise<Answer> {
  const row = await readTestRecipient(pool, projectId, name);
  const location = `/v1/test-recipients/${encodeURIComponent(name)}`;
  const headers = { etag: testRecipientTag(row), ...(status === 201 && { location }) };
  return { status, body: viewOf(row), headers };
}

function createRoute(deps: ApiDependencies): AnyRoute {
  return defineRoute({
    method: 'post',
    path: '/v1/test-recipients',
    tag: TAG,
    summary: 'Register a test recipient',
    description:
      'A handset of your own, for test sends. It is no customer: no audience, list or figure has it, and an import with its ' +
      'number does not touch it.',
    body: newTestRecipientBody,
    answers: {
      201: { description: 'The test recipient.', ...one },
      409: { description: 'The name is taken.' },
    },
    handle: async ({ project, body }) => {
      await createTestRecipient(storeOf(deps, project.id), body);
      return answerOf(deps, project.id, body.name, 201);
    },
  });
}

function listRoute({ pool }: ApiDependencies): AnyRoute {
  return defineRoute({
    method: 'get',
    path: '/v1/test-recipients',
    tag: TAG,
    summary: 'List test recipients',
    query: z.strictObject(PAGES.query),
    answers: {
      200: {
        description: 'The newest first.',
        schema: z.object({ testRecipients: z.array(testRecipientView), next: nextCursor }),
      },
    },
    handle: async ({ project, query }) => {
      const rows = await listTestRecipients(pool, project.id, query);
      const { items, next } = PAGES.page(rows, query.limit, ({ createdAt, id }) => ({ at: createdAt, id }));
      return { status: 200, body: { testRecipients: items.map(viewOf), next } };
    },
  });
}

function readRoute(deps: ApiDependencies): AnyRoute {
  return defineRoute({
    method: 'get',
    path: '/v1/test-recipients/:name',
    tag: TAG,
    summary: 'Read a test recipient',
    params: byName,
    answers: { 200: { description: 'The test recipient.', ...one } },
    handle: ({ project, params }) => answerOf(deps, project.id, params.name),
  });
}

function replaceRoute(deps: ApiDependencies): AnyRoute {
  return defineRoute({
    method: 'put',
    path: '/v1/test-recipients/:name',
    tag: TAG,
    summary: 'Replace a test recipient',
    description: 'What is absent is removed. Messages that are not sent yet go to the new number.',
    params: byName,
    body: testRecipientBody,
    answers: { 200: { description: 'The test recipient as it is now.', ...one } },
    handle: async ({ project, params, body, ifMatch }) => {
      await replaceTestRecipient(storeOf(deps, project.id), params.name, body, ifMatch);
      return answerOf(deps, project.id, params.name);
    },
  });
}

function removeRoute(deps: ApiDependencies): AnyRoute {
  return defineRoute({
    method: 'delete',
    path: '/v1/test-recipients/:name',
    tag: TAG,
    summary: 'Remove a test recipient',
    description:
      'Its number and the texts of messages to and from it are erased; an opt-out of the number is remembered.',
    params: byName,
    answers: { 204: { description: 'Removed.' } },
    handle: async ({ project, params, ifMatch }) => {
      await removeTestRecipient(storeOf(deps, project.id), params.name, ifMatch);
      return { status: 204 };
    },
  });
}
