import type { Queryable } from '../../database/pool.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { ApiProblem } from '../problem.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export function isUuid(text: string): boolean {
  return UUID.test(text);
}

/**
 * Id of the customer that an address names, by our id or by the project's own `externalId`.
 * @throws ApiProblem `not_found`
 */
export async function findCustomerId(
  { prisma }: ApiDependencies,
  projectId: string,
  name: string,
): Promise<string> {
  const byId = isUuid(name)
    ? await prisma.customer.findFirst({
        where: { projectId, id: name, isTester: false },
        select: { id: true },
      })
    : null;
  const found =
    byId ??
    (await prisma.customer.findFirst({ where: { projectId, externalId: name }, select: { id: true } }));
  if (!found) throw new ApiProblem('not_found', 'There is no customer with this id or externalId.');
  return found.id;
}

/**
 * Id of the customer that stands for a test recipient, by the name of that or by its own id.
 * @throws ApiProblem `not_found`
 */
export async function findTestCustomerId(
  { prisma }: ApiDependencies,
  projectId: string,
  name: string,
): Promise<string> {
  const tester = await prisma.testRecipient.findFirst({ where: { projectId, name } });
  const byId = isUuid(name)
    ? await prisma.customer.findFirst({
        where: { projectId, id: name, isTester: true },
        select: { id: true },
      })
    : null;
  const id = tester?.customerId ?? byId?.id;
  if (id === undefined) throw new ApiProblem('not_found', 'There is no test recipient of this name or id.');
  return id;
}

/** A customer as the API shows it. */
export interface CustomerView {
  readonly id: string;
  readonly externalId: string | null;
  readonly phone: string | null;
  readonly phoneState: string;
  readonly country: string | null;
  readonly optedOutAt: Date | null;
  readonly timezone: string | null;
  readonly language: string | null;
  readonly attributes: unknown;
  readonly consents: Readonly<Record<string, object>>;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** Customers by id, in the order of creation; deleted ones are left out. */
export async function readCustomers(
  database: Queryable,
  projectId: string,
  ids: readonly string[],
): Promise<readonly CustomerView[]> {
  const { rows } = await database.query<CustomerView>(
    `SELECT customer.id, customer.external_id AS "externalId", customer.phone, customer.phone_state AS "phoneState",
            recipient.country, recipient.opted_out_at AS "optedOutAt", customer.timezone, customer.language,
            customer.attributes, customer.created_at AS "createdAt", customer.updated_at AS "updatedAt",
            coalesce((
              SELECT jsonb_object_agg(category.key, jsonb_build_object(
                'state', consent.state, 'time', consent.said_at, 'method', consent.method, 'source', consent.source,
                'revokedAt', consent.revoked_at,
                'forThisNumber', coalesce(consent.recipient_id = customer.recipient_id, false)))
              FROM consent JOIN consent_category AS category ON category.id = consent.category_id
              WHERE consent.customer_id = customer.id), '{}') AS consents
     FROM customer LEFT JOIN recipient ON recipient.id = customer.recipient_id
     WHERE customer.project_id = $1 AND customer.id = ANY ($2::uuid[]) AND customer.deleted_at IS NULL
     ORDER BY customer.created_at, customer.id`,
    [projectId, ids],
  );
  return rows;
}

/** @throws ApiProblem `not_found` */
export async function readCustomer(
  database: Queryable,
  projectId: string,
  id: string,
): Promise<CustomerView> {
  const [customer] = await readCustomers(database, projectId, [id]);
  if (!customer) throw new ApiProblem('not_found', 'The customer has been deleted.');
  return customer;
}
