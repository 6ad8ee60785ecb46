import { z } from 'zod';
import { eraseCustomer } from '../../database/customers/erase-customer.ts';
import { importCustomers } from '../../database/customers/import-customers.ts';
import type { Check } from '../../database/customers/lock-numbers.ts';
import { recordOfPatch } from '../customers/patch-record.ts';
import { listCustomers } from '../customers/list-customers.ts';
import { recipientId } from '../customers/recipient-id.ts';
import {
  findCustomerId,
  readCustomer,
  readCustomers,
  type CustomerView,
} from '../customers/read-customer.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { assertMatch, entityTag, type IfMatch } from '../entity-tag.ts';
import { nextCursor, PagedList } from '../paging.ts';
import { ApiProblem } from '../problem.ts';
import { defineRoute, type AnyRoute, type Answer } from '../route.ts';
import { customerPatch, customerSchema } from '../schemas/customer.ts';

const TAG = 'Customers';
const PAGES = new PagedList('customers');
const byId = z.object({
  id: z.string().min(1).max(200).meta({ description: "The customer's id or externalId." }),
});

export function customerRoutes(deps: ApiDependencies): readonly AnyRoute[] {
  return [listRoute(deps), getRoute(deps), patchRoute(deps), deleteRoute(deps)];
}

function listRoute(deps: ApiDependencies): AnyRoute {
  return defineRoute({
    method: 'get',
    path: '/v1/customers',
    tag: TAG,
    summary: 'List customers',
    query: z.strictObject({
      ...PAGES.query,
      phone: z
        .string()
        .max(40)
        .optional()
        .meta({ description: 'In any usual form.', example: '+12125550101' }),
      externalId: z.string().max(200).optional(),
    }),
    answers: {
      200: {
        description: 'In the order of creation.',
        schema: z.object({ customers: z.array(customerSchema), next: nextCursor }),
      },
    },
    handle: async ({ project, query }) => {
      const { phone, ...filter } = query;
      const rows = await listCustomers(deps.pool, project.id, {
        ...filter,
        ...(phone !== undefined && { recipientId: await recipientId(deps, project.id, phone) }),
      });
      const { items, next } = PAGES.page(rows, query.limit, (row) => row);
      const ids = items.map(({ id }) => id);
      return { status: 200, body: { customers: await readCustomers(deps.pool, project.id, ids), next } };
    },
  });
}

function customerAnswer(body: CustomerView): Answer {
  return { status: 200, body, headers: { etag: entityTag(body) } };
}

/** Holds the customer as it is under its lock against what the request demands. */
function unchanged(projectId: string, id: string, ifMatch: IfMatch): Check {
  return async (connection) => assertMatch(ifMatch, entityTag(await readCustomer(connection, projectId, id)));
}

function getRoute(deps: ApiDependencies): AnyRoute {
  return defineRoute({
    method: 'get',
    path: '/v1/customers/:id',
    tag: TAG,
    summary: 'Read a customer',
    params: byId,
    answers: { 200: { description: 'The customer.', schema: customerSchema, tagged: true } },
    handle: async ({ project, params }) => {
      const id = await findCustomerId(deps, project.id, params.id);
      return customerAnswer(await readCustomer(deps.pool, project.id, id));
    },
  });
}

function patchRoute(deps: ApiDependencies): AnyRoute {
  return defineRoute({
    method: 'patch',
    path: '/v1/customers/:id',
    tag: TAG,
    summary: 'Change a customer',
    description:
      'What is absent stays; null removes. A changed number loses the consents proven for the old one.',
    params: byId,
    body: customerPatch,
    answers: { 200: { description: 'The customer as it is now.', schema: customerSchema, tagged: true } },
    handle: async ({ project, params, body, ifMatch }) => {
      const id = await findCustomerId(deps, project.id, params.id);
      const { externalId } = await readCustomer(deps.pool, project.id, id);
      const categories = await deps.prisma.consentCategory.findMany({ where: { projectId: project.id } });
      const record = recordOfPatch(externalId ?? '', body, new Set(categories.map(({ key }) => key)));
      await importCustomers(deps.pool, {
        projectId: project.id,
        phoneKey: deps.config.phoneKey,
        records: [record],
        check: unchanged(project.id, id, ifMatch),
      });
      return customerAnswer(await readCustomer(deps.pool, project.id, id));
    },
  });
}

function deleteRoute(deps: ApiDependencies): AnyRoute {
  return defineRoute({
    method: 'delete',
    path: '/v1/customers/:id',
    tag: TAG,
    summary: 'Erase a customer',
    description:
      'Attributes, number and the texts of messages in both directions are erased; the ledger and the trace stay by pseudonym, and an opt-out of ' +
      'the number is remembered: importing the customer again brings no consent back. A file of an ' +
      'import job that has not been read to its end is not searched: what it says of the customer counts as a later import.',
    params: byId,
    answers: { 204: { description: 'Erased.' } },
    handle: async ({ project, params, ifMatch }) => {
      const id = await findCustomerId(deps, project.id, params.id);
      if (!(await eraseCustomer(deps.pool, project.id, id, unchanged(project.id, id, ifMatch)))) {
        throw new ApiProblem('not_found', 'The customer has been deleted already.');
      }
      return { status: 204 };
    },
  });
}
