import { z } from 'zod';
import { MESSAGE_STATES } from '../../domain/states.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { listMessages, readMessage } from '../messages/read-messages.ts';
import { resolveMessage } from '../messages/resolve-message.ts';
import { nextCursor, PagedList } from '../paging.ts';
import { ApiProblem } from '../problem.ts';
import { defineRoute, type AnyRoute } from '../route.ts';
import { readRunRow } from '../runs/read-run.ts';
import { decisionBody, ledgerMessageView } from '../schemas/message.ts';

const TAG = 'Messages';
const PAGES = new PagedList('messages');
const byId = z.object({ id: z.string() });

/** Single messages, and what operators decide about those of which nobody knows what became of them. */
export function messageRoutes(deps: ApiDependencies): readonly AnyRoute[] {
  return [listRoute(deps), readRoute(deps), resolveRoute(deps)];
}

function listRoute({ pool }: ApiDependencies): AnyRoute {
  return defineRoute({
    method: 'get',
    path: '/v1/messages',
    tag: TAG,
    summary: 'List messages',
    description: 'Those that are `unresolved`, of all runs; any others of one run.',
    query: z.strictObject({
      ...PAGES.query,
      state: z.enum(MESSAGE_STATES).optional(),
      runId: z.uuid().optional(),
    }),
    answers: {
      200: {
        description: 'The newest first.',
        schema: z.object({ messages: z.array(ledgerMessageView), next: nextCursor }),
      },
    },
    handle: async ({ project, query }) => {
      const { runId, ...filter } = query;
      if (runId === undefined && filter.state !== 'unresolved')
        throw new ApiProblem('bad_query', 'Name a run with runId, or state=unresolved.');
      const run = runId === undefined ? undefined : await readRunRow(pool, project.id, runId);
      const rows = await listMessages(pool, project.id, { ...filter, run });
      const { items, next } = PAGES.page(rows, query.limit, ({ createdAt, id }) => ({ at: createdAt, id }));
      return { status: 200, body: { messages: items, next } };
    },
  });
}

function readRoute({ pool }: ApiDependencies): AnyRoute {
  return defineRoute({
    method: 'get',
    path: '/v1/messages/:id',
    tag: TAG,
    summary: 'Read a message',
    params: byId,
    answers: { 200: { description: 'The message.', schema: ledgerMessageView } },
    handle: async ({ project, params }) => ({
      status: 200,
      body: await readMessage(pool, project.id, params.id),
    }),
  });
}

function resolveRoute(deps: ApiDependencies): AnyRoute {
  return defineRoute({
    method: 'post',
    path: '/v1/messages/:id/resolve',
    tag: TAG,
    summary: 'Decide about an unresolved message',
    description:
      '`resend` offers it to the provider again under the same id: where the provider had taken it and does not refuse ' +
      'a known id, the customer gets it twice. The gate is asked first, here and again where the call is made; its ' +
      'freshness counts from the decision. `assume-delivered` ends it as `delivered`; a final delivery report that ' +
      'comes later overrules. Who decided, when and why is kept. The same decision once more does nothing.',
    params: byId,
    body: decisionBody,
    answers: {
      200: { description: 'Decided, now or before.', schema: ledgerMessageView },
      202: {
        description: 'It will be sent again; `decisions` tells what comes of it.',
        schema: ledgerMessageView,
      },
      409: {
        description:
          '`not_unresolved`: there is nothing to decide. `resend_refused`: the gate keeps it in; it stays unresolved.',
      },
    },
    handle: async ({ project, params, body }) => {
      const { pending } = await resolveMessage(deps, project, params.id, body);
      return { status: pending ? 202 : 200, body: await readMessage(deps.pool, project.id, params.id) };
    },
  });
}
