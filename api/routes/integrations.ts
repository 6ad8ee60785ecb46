import { z } from 'zod';
import type { ApiDependencies } from '../dependencies.ts';
import { readOpenBreakers } from '../../database/breakers.ts';
import { defineRoute, type AnyRoute } from '../route.ts';
import { breakerView } from '../schemas/breaker.ts';

const integrationView = z
  .object({
    key: z.string(),
    provider: z.string(),
    messagesPerCall: z.int(),
    idempotentIds: z.string().meta({ description: '`verified`, `assumed` or `no`.' }),
    breaker: breakerView.nullable().meta({ description: 'Null while it is closed: all is well.' }),
  })
  .meta({ id: 'Integration' });

/** Accounts at providers. */
export function integrationRoutes({ pool, prisma }: ApiDependencies): readonly AnyRoute[] {
  return [
    defineRoute({
      method: 'get',
      path: '/v1/integrations',
      tag: 'Integrations',
      summary: 'List integrations',
      description:
        'While the breaker of an integration is open nothing is claimed for it but one message now and then, whose ' +
        'success closes it. It opens at once when the account is refused (401, 403), and after ten calls in a row that ' +
        'came to nothing.',
      answers: {
        200: {
          description: 'All integrations of the project.',
          schema: z.object({ integrations: z.array(integrationView) }),
        },
      },
      handle: async ({ project }) => {
        const rows = await prisma.integration.findMany({
          where: { projectId: project.id },
          orderBy: { key: 'asc' },
        });
        const open = await readOpenBreakers(pool, project.id);
        const breakers = new Map(open.map(({ integration, ...breaker }) => [integration, breaker]));
        const integrations = rows.map(({ key, provider, messagesPerCall, idempotentIds }) => ({
          ...{ key, provider, messagesPerCall, idempotentIds },
          breaker: breakers.get(key) ?? null,
        }));
        return { status: 200, body: { integrations } };
      },
    }),
  ];
}
