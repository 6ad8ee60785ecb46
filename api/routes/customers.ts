import { z } from 'zod';
import { eraseCustomer } from '../../database/customers/erase-customer.ts';
import { importCustomers } from '../../database/customers/import-customers.ts';
import { storedPhone } from '../../database/customers/phone-number.ts';
import { phoneHash } from '../../database/phone-hash.ts';
import { CustomerProblem, type CustomerRecord } from '../../domain/customer-record.ts';
import type { JsonValue } from '../../domain/json.ts';
import { customerRecord } from '../customers/customer-fields.ts';
import { CONSENT_FIELDS, type FieldTarget } from '../customers/field-names.ts';
import { findCustomerId, readCustomer, readCustomers } from '../customers/read-customer.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { ApiProblem } from '../problem.ts';
import { defineRoute, type AnyRoute } from '../route.ts';
import { customerPatch, customerSchema } from '../schemas/customer.ts';

const TAG = 'Customers';
const byId = z.object({
  id: z.string().min(1).max(200).meta({ description: "The customer's id or externalId." }),
});
/** Most customers that one list answers. */
const LIST_LIMIT = 100;

export function customerRoutes(deps: ApiDependencies): readonly AnyRoute[] {
  return [listRoute(deps), getRoute(deps), patchRoute(deps), deleteRoute(deps)];
}

function listRoute(deps: ApiDependencies): AnyRoute {
  return defineRoute({
    method: 'get',
    path: '/v1/customers',
    tag: TAG,
    summary: 'Find customers by number or externalId',
    query: z.strictObject({
      phone: z
        .string()
        .max(40)
        .optional()
        .meta({ description: 'In any usual form.', example: '+12125550101' }),
      externalId: z.string().max(200).optional(),
    }),
    answers: {
      200: { description: 'Those who match.', schema: z.object({ customers: z.array(customerSchema) }) },
    },
    handle: async ({ project, query }) => {
      if (query.phone === undefined && query.externalId === undefined) {
        throw new ApiProblem('bad_query', 'Give phone or externalId.');
      }
      const phone = query.phone === undefined ? undefined : storedPhone(query.phone.replace(/^ /, '+'));
      const found = await deps.prisma.customer.findMany({
        where: {
          projectId: project.id,
          deletedAt: null,
          ...(query.externalId !== undefined && { externalId: query.externalId }),
          ...(phone && { recipientId: await recipientId(deps, project.id, phone) }),
        },
        select: { id: true },
        take: LIST_LIMIT,
      });
      const customers = await readCustomers(
        deps,
        project.id,
        found.map(({ id }) => id),
      );
      return { status: 200, body: { customers } };
    },
  });
}

/** The recipient of a number; -1, which is nobody's, when the number was never heard of. */
async function recipientId(
  { prisma, config }: ApiDependencies,
  projectId: string,
  phone: ReturnType<typeof storedPhone>,
): Promise<bigint> {
  if (phone.state !== 'valid') throw new ApiProblem('bad_query', 'phone is not a valid number.');
  const hash = new Uint8Array(phoneHash(config.phoneKey, phone.e164));
  const recipient = await prisma.recipient.findUnique({
    where: { projectId_phoneHash: { projectId, phoneHash: hash } },
    select: { id: true },
  });
  return recipient?.id ?? -1n;
}

function getRoute(deps: ApiDependencies): AnyRoute {
  return defineRoute({
    method: 'get',
    path: '/v1/customers/:id',
    tag: TAG,
    summary: 'Read a customer',
    params: byId,
    answers: { 200: { description: 'The customer.', schema: customerSchema } },
    handle: async ({ project, params }) => {
      const id = await findCustomerId(deps, project.id, params.id);
      return { status: 200, body: await readCustomer(deps, project.id, id) };
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
    answers: { 200: { description: 'The customer as it is now.', schema: customerSchema } },
    handle: async ({ project, params, body }) => {
      const id = await findCustomerId(deps, project.id, params.id);
      const { externalId } = await readCustomer(deps, project.id, id);
      const categories = await deps.prisma.consentCategory.findMany({ where: { projectId: project.id } });
      const record = recordOfPatch(externalId ?? '', body, new Set(categories.map(({ key }) => key)));
      await importCustomers(deps.pool, {
        projectId: project.id,
        phoneKey: deps.config.phoneKey,
        records: [record],
      });
      return { status: 200, body: await readCustomer(deps, project.id, id) };
    },
  });
}

function recordOfPatch(
  externalId: string,
  { attributes = {}, consents = {}, ...fields }: z.output<typeof customerPatch>,
  categories: ReadonlySet<string>,
): CustomerRecord {
  const named: (readonly [FieldTarget, JsonValue | undefined])[] = [
    [{ kind: 'externalId' }, externalId],
    [{ kind: 'phone' }, fields.phone],
    [{ kind: 'timezone' }, fields.timezone],
    [{ kind: 'language' }, fields.language],
  ];
  for (const [name, value] of Object.entries(attributes)) named.push([{ kind: 'attribute', name }, value]);
  for (const [category, consent] of Object.entries(consents)) {
    if (!categories.has(category)) {
      const known = [...categories].map((key) => `"${key}"`).join(', ');
      throw new ApiProblem('bad_body', `There is no consent category "${category}". Known: ${known}.`);
    }
    for (const field of CONSENT_FIELDS) {
      named.push([{ kind: 'consent', category, field }, consent[field]]);
    }
  }
  try {
    return customerRecord(named, Date.now());
  } catch (error) {
    if (error instanceof CustomerProblem) throw new ApiProblem('bad_body', error.message);
    throw error;
  }
}

function deleteRoute(deps: ApiDependencies): AnyRoute {
  return defineRoute({
    method: 'delete',
    path: '/v1/customers/:id',
    tag: TAG,
    summary: 'Erase a customer',
    description:
      'Attributes, number and message texts are erased; the ledger and the trace stay by pseudonym, and an opt-out of ' +
      'the number is remembered: importing the customer again brings no consent back.',
    params: byId,
    answers: { 204: { description: 'Erased.' } },
    handle: async ({ project, params }) => {
      const id = await findCustomerId(deps, project.id, params.id);
      if (!(await eraseCustomer(deps.pool, project.id, id))) {
        throw new ApiProblem('not_found', 'The customer has been deleted already.');
      }
      return { status: 204 };
    },
  });
}
