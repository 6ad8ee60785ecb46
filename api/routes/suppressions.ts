import { z } from 'zod';
import { repeatedly } from '../../database/customers/lock-numbers.ts';
import { storedPhone } from '../../database/customers/phone-number.ts';
import { phoneHash } from '../../database/phone-hash.ts';
import { liftSuppression, suppressNumber } from '../../database/suppressions.ts';
import { inTransaction } from '../../database/transaction.ts';
import { isUuid } from '../customers/read-customer.ts';
import { recipientId } from '../customers/recipient-id.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { assertMatch, entityTag } from '../entity-tag.ts';
import { nextCursor, PagedList } from '../paging.ts';
import { ApiProblem } from '../problem.ts';
import { defineRoute, type AnyRoute, type Answer } from '../route.ts';
import { suppressionBody, suppressionView } from '../schemas/suppression.ts';
import {
  listSuppressions,
  positionOf,
  readSuppression,
  type SuppressionView,
} from '../suppressions/read-suppressions.ts';

const TAG = 'Suppressions';
const PAGES = new PagedList('suppressions');
const byId = z.object({ id: z.string() });

/** Opt-outs of numbers; what a number says itself comes in as a message. */
export function suppressionRoutes(deps: ApiDependencies): readonly AnyRoute[] {
  return [suppressRoute(deps), listRoute(deps), readRoute(deps), liftRoute(deps)];
}

function answerOf(suppression: SuppressionView, status: number): Answer {
  return { status, body: suppression, headers: { etag: entityTag(suppression) } };
}

function suppressRoute({ pool, config, reach }: ApiDependencies): AnyRoute {
  return defineRoute({
    method: 'post',
    path: '/v1/suppressions',
    tag: TAG,
    summary: 'Suppress a number: STOP',
    description:
      'From the answer on nothing of marketing is claimed for the number, whether a customer has it or not; messages ' +
      'to it that wait to be offered end as `cancelled` with the reason `opted_out`. What the provider has been ' +
      'offered is not called back; a call that was about to start does so within a second or not at all.',
    body: suppressionBody,
    answers: {
      201: { description: 'Suppressed.', schema: suppressionView, tagged: true },
      200: {
        description:
          'It was suppressed already, and that one stays; if it is of a STOP that the number has sent, no START lifts it any more.',
        schema: suppressionView,
        tagged: true,
      },
    },
    handle: async ({ project, body }) => {
      const phone = storedPhone(body.phone);
      if (phone.state !== 'valid') throw new ApiProblem('bad_body', 'phone is not a valid number.');
      const optOut = {
        projectId: project.id,
        phoneHash: phoneHash(config.phoneKey, phone.e164),
        country: phone.country,
        lineType: phone.lineType,
        reason: body.reason ?? null,
        source: body.source,
        actor: project.actor,
      };
      const { id, isNew } = await repeatedly(() =>
        inTransaction(pool, (connection) => suppressNumber(connection, optOut)),
      );
      reach('after_suppression');
      return answerOf(await readSuppression(pool, project.id, id), isNew ? 201 : 200);
    },
  });
}

function listRoute(deps: ApiDependencies): AnyRoute {
  return defineRoute({
    method: 'get',
    path: '/v1/suppressions',
    tag: TAG,
    summary: 'List suppressions',
    query: z.strictObject({
      ...PAGES.query,
      phone: z
        .string()
        .max(40)
        .optional()
        .meta({ description: 'Of this number only.', example: '+12125550101' }),
      lifted: z
        .enum(['true', 'false'])
        .default('false')
        .meta({ description: 'Whether to list those that were lifted too.' }),
    }),
    answers: {
      200: {
        description: 'The newest first.',
        schema: z.object({ suppressions: z.array(suppressionView), next: nextCursor }),
      },
    },
    handle: async ({ project, query }) => {
      const { phone, lifted, ...page } = query;
      const rows = await listSuppressions(deps.pool, project.id, {
        ...page,
        withLifted: lifted === 'true',
        ...(phone !== undefined && { recipientId: await recipientId(deps, project.id, phone) }),
      });
      const { items, next } = PAGES.page(rows, query.limit, positionOf);
      return { status: 200, body: { suppressions: items, next } };
    },
  });
}

function readRoute({ pool }: ApiDependencies): AnyRoute {
  return defineRoute({
    method: 'get',
    path: '/v1/suppressions/:id',
    tag: TAG,
    summary: 'Read a suppression',
    params: byId,
    answers: { 200: { description: 'The suppression.', schema: suppressionView, tagged: true } },
    handle: async ({ project, params }) => answerOf(await readSuppression(pool, project.id, params.id), 200),
  });
}

function liftRoute({ pool }: ApiDependencies): AnyRoute {
  return defineRoute({
    method: 'delete',
    path: '/v1/suppressions/:id',
    tag: TAG,
    summary: 'Lift a suppression: START',
    description:
      'The number may be written to again, by the consents that its customers have. The suppression is kept and says ' +
      'who lifted it, when and why.',
    params: byId,
    query: z.strictObject({ reason: z.string().min(1).max(200).optional() }),
    answers: { 200: { description: 'The suppression, lifted.', schema: suppressionView, tagged: true } },
    handle: async ({ project, params, query, ifMatch }) => {
      const what = {
        projectId: project.id,
        id: params.id,
        actor: project.actor,
        reason: query.reason ?? null,
      };
      const lifted =
        isUuid(params.id) &&
        (await repeatedly(() =>
          inTransaction(pool, (connection) =>
            liftSuppression(connection, what, async () =>
              assertMatch(ifMatch, entityTag(await readSuppression(connection, project.id, params.id))),
            ),
          ),
        ));
      if (!lifted) throw new ApiProblem('not_found', 'There is no such suppression in force.');
      return answerOf(await readSuppression(pool, project.id, params.id), 200);
    },
  });
}
