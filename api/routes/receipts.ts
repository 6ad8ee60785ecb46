import { z } from 'zod';
import type { Queryable } from '../../database/pool.ts';
import { replayReceipts } from '../../database/replay-receipts.ts';
import { UNMATCHED_STATES } from '../../domain/dead-letter.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { nextCursor, PagedList } from '../paging.ts';
import { ApiProblem } from '../problem.ts';
import { listUnmatchedReceipts } from '../receipts/read-receipts.ts';
import { defineRoute, type AnyRoute } from '../route.ts';
import { replayBody, unmatchedReceiptView } from '../schemas/receipt.ts';

const TAG = 'Receipts';
const PAGES = new PagedList('receipts');

/** Delivery reports of which no message was found. */
export function receiptRoutes(deps: ApiDependencies): readonly AnyRoute[] {
  return [listRoute(deps), replayRoute(deps)];
}

function listRoute({ pool }: ApiDependencies): AnyRoute {
  return defineRoute({
    method: 'get',
    path: '/v1/receipts',
    tag: TAG,
    summary: 'List delivery reports without a message',
    description:
      'An `orphan` names a message that is not there (yet): it is tried again, after pauses that grow. After three days, or ' +
      'at once if no message of ours can have its id, it is a `dead-letter`.',
    query: z.strictObject({ ...PAGES.query, state: z.enum(UNMATCHED_STATES) }),
    answers: {
      200: {
        description: 'The last received first.',
        schema: z.object({ receipts: z.array(unmatchedReceiptView), next: nextCursor }),
      },
    },
    handle: async ({ project, query }) => {
      const rows = await listUnmatchedReceipts(pool, project.id, query);
      const { items, next } = PAGES.page(rows, query.limit, ({ receivedAt, id }) => ({ at: receivedAt, id }));
      return { status: 200, body: { receipts: items, next } };
    },
  });
}

function replayRoute({ pool }: ApiDependencies): AnyRoute {
  return defineRoute({
    method: 'post',
    path: '/v1/receipts/replay',
    tag: TAG,
    summary: 'Try dead letters again',
    description:
      'Those that fit all that is given, the oldest first: each is tried once more at once, and applied once if its message ' +
      'is there by now; otherwise it is a dead letter again. One with a `foreign_id` stays what it is. Who wanted it, when ' +
      'and why is kept. The same call once more finds only what is a dead letter then.',
    body: replayBody,
    answers: {
      200: {
        description: 'How many are tried again, and whether more fit.',
        schema: z.object({ replayed: z.int(), more: z.boolean() }),
      },
    },
    handle: async ({ project, body }) => {
      const { reason, limit, integration, receivedFrom, receivedBefore, ids } = body;
      const integrationId =
        integration === undefined ? undefined : await integrationOf(pool, project.id, integration);
      const filter = { ids, integrationId, receivedFrom, receivedBefore };
      const replay = { projectId: project.id, filter, limit, reason, actor: project.actor };
      return { status: 200, body: await replayReceipts(pool, replay) };
    },
  });
}

/** @throws ApiProblem `bad_body` when the project has none with this key */
async function integrationOf(database: Queryable, projectId: string, key: string): Promise<string> {
  const { rows } = await database.query<{ id: string }>(
    'SELECT id FROM integration WHERE project_id = $1 AND key = $2',
    [projectId, key],
  );
  if (rows[0]) return rows[0].id;
  const message = `There is no integration "${key}".`;
  throw new ApiProblem('bad_body', message, {
    problems: [{ pointer: '/integration', code: 'bad_field', message }],
  });
}
