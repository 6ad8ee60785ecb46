import { CustomerProblem } from '../../domain/customer-record.ts';
import { suggest } from '../../domain/validation/suggest.ts';

const CUSTOMER_FIELDS = ['externalId', 'phone', 'timezone', 'language'] as const;
export const CONSENT_FIELDS = ['granted', 'time', 'method', 'source'] as const;
export type ConsentField = (typeof CONSENT_FIELDS)[number];

/** What a flat name of an import stands for. */
export type FieldTarget =
  | { readonly kind: (typeof CUSTOMER_FIELDS)[number] }
  | { readonly kind: 'consent'; readonly category: string; readonly field: ConsentField }
  | { readonly kind: 'attribute'; readonly name: string };

const FLAT_CONSENT =
  'Write a consent as flat names: "consent.marketing.granted" with "consent.marketing.time", ' +
  '"consent.marketing.method" and "consent.marketing.source".';

/** Names under which nothing is read, with how to write what they seem to mean. */
const RESERVED: ReadonlyMap<string, string> = new Map([
  ['attributes', 'Write each attribute as a name of its own, such as "first_name", beside "externalId".'],
  ['consents', FLAT_CONSENT],
  ['consent', FLAT_CONSENT],
]);

/**
 * Reads the names of an import for a project with these consent categories.
 *
 * The reader throws a `CustomerProblem` at a name that looks like a known one but is none: taken for an attribute it
 * would be lost without a word.
 */
export function fieldNames(categories: readonly string[]): (name: string) => FieldTarget {
  const consents = categories.flatMap((key) => CONSENT_FIELDS.map((field) => `consent.${key}.${field}`));
  const known = new Map([...CUSTOMER_FIELDS, ...consents].map((name) => [plain(name), name]));
  return (name) => {
    const kind = CUSTOMER_FIELDS.find((field) => field === name);
    if (kind) return { kind };
    const advice = RESERVED.get(plain(name));
    if (advice !== undefined)
      throw new CustomerProblem('reserved_name', `"${name}" is not read as an attribute. ${advice}`);
    if (name.startsWith('consent.')) return consentTarget(name, categories);
    const meant = known.get(plain(name));
    if (meant !== undefined)
      throw new CustomerProblem(
        'misspelt_name',
        `"${name}" is not read as an attribute. Did you mean "${meant}"?`,
      );
    return { kind: 'attribute', name };
  };
}

/** A name without what people vary: capitals and punctuation. */
function plain(name: string): string {
  return name.toLowerCase().replace(/[^\p{Letter}\p{Number}]/gu, '');
}

function consentTarget(name: string, categories: readonly string[]): FieldTarget {
  const [, category = '', field = '', ...rest] = name.split('.');
  if (!categories.includes(category)) {
    const known = categories.map((key) => `"${key}"`).join(', ');
    throw new CustomerProblem('unknown_category', `"${name}" names no consent category. Known: ${known}.`);
  }
  const known = CONSENT_FIELDS.find((candidate) => candidate === field);
  if (!known || rest.length > 0) {
    throw new CustomerProblem(
      'unknown_consent_field',
      `"${name}" must end in granted, time, method or source.${suggest(field, CONSENT_FIELDS)}`,
    );
  }
  return { kind: 'consent', category, field: known };
}
