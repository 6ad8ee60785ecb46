import { z } from 'zod';
import { KEYWORDS } from '../../domain/keyword.ts';
import { recipientId } from '../customers/recipient-id.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { listInbound } from '../inbound/read-inbound.ts';
import { nextCursor, PagedList } from '../paging.ts';
import { defineRoute, type AnyRoute } from '../route.ts';
import { inboundView } from '../schemas/inbound.ts';

const PAGES = new PagedList('inbound');

/** What people have written to the project's senders. */
export function inboundRoutes(deps: ApiDependencies): readonly AnyRoute[] {
  return [listRoute(deps)];
}

function listRoute(deps: ApiDependencies): AnyRoute {
  return defineRoute({
    method: 'get',
    path: '/v1/inbound',
    tag: 'Inbound messages',
    summary: 'List inbound messages',
    description:
      'What was sent to senders of the project. One that is nothing but a keyword of `stop` has suppressed its number by the time ' +
      'it is listed, whether a customer has the number or not; one of `start` has taken back what a STOP to the same sender had ' +
      'revoked. Numbers and words go when a customer with the number is erased; the opt-out stays.',
    query: z.strictObject({
      ...PAGES.query,
      phone: z
        .string()
        .max(40)
        .optional()
        .meta({ description: 'From this number only.', example: '+12125550101' }),
      keyword: z.enum(KEYWORDS).optional().meta({ description: 'Those that are this keyword only.' }),
    }),
    answers: {
      200: {
        description: 'The last received first.',
        schema: z.object({ messages: z.array(inboundView), next: nextCursor }),
      },
    },
    handle: async ({ project, query }) => {
      const { phone, ...filter } = query;
      const rows = await listInbound(deps.pool, project.id, {
        ...filter,
        ...(phone !== undefined && { recipientId: await recipientId(deps, project.id, phone) }),
      });
      const { items, next } = PAGES.page(rows, query.limit, ({ receivedAt, id }) => ({ at: receivedAt, id }));
      return { status: 200, body: { messages: items, next } };
    },
  });
}
