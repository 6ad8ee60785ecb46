import type { z } from 'zod';
import { CustomerProblem, type CustomerRecord } from '../../domain/customer-record.ts';
import type { JsonValue } from '../../domain/json.ts';
import { ApiProblem } from '../problem.ts';
import type { customerPatch } from '../schemas/customer.ts';
import { customerRecord } from './customer-fields.ts';
import { CONSENT_FIELDS, type FieldTarget } from './field-names.ts';

/** What a change of one customer writes. @throws ApiProblem `bad_body` */
export function recordOfPatch(
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
