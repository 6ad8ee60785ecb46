import { templateCustomer } from '../../database/read-customers.ts';
import type { Queryable } from '../../database/pool.ts';
import type { JsonObject, JsonValue } from '../../domain/json.ts';
import { readCustomer } from '../customers/read-customer.ts';
import type { PreviewInput, PreviewReport } from '../schemas/preview.ts';

/** Whom a preview is for. */
export interface PreviewSubject {
  /** Null for somebody who is only imagined. */
  readonly customer: PreviewReport['customer'];
  readonly language: string | null;
  /** What templates read as `customer`. */
  readonly attributes: JsonObject;
}

/**
 * @param customerId of the customer that the input names, if it names one
 * @throws ApiProblem `not_found` when that customer has been deleted
 */
export async function readSubject(
  database: Queryable,
  projectId: string,
  customerId: string | undefined,
  { sample = {}, language: wanted }: Pick<PreviewInput, 'sample' | 'language'>,
): Promise<PreviewSubject> {
  if (customerId === undefined) {
    const language = wanted ?? textOf(sample['language']);
    const attributes = templateCustomer({
      attributes: sample,
      externalId: textOf(sample['externalId']),
      language,
      timezone: textOf(sample['timezone']),
    });
    return { customer: null, language, attributes };
  }
  const customer = await readCustomer(database, projectId, customerId);
  const { id, externalId, timezone } = customer;
  const language = wanted ?? customer.language;
  // A customer's attributes are stored as a JSON object.
  const attributes = templateCustomer({
    ...{ attributes: customer.attributes as JsonObject, externalId, language, timezone },
  });
  return { customer: { id, externalId }, language, attributes };
}

function textOf(value: JsonValue | undefined): string | null {
  return typeof value === 'string' ? value : null;
}
