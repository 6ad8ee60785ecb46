export const FILTER_OPERATORS = ['eq', 'ne', 'lt', 'lte', 'gt', 'gte', 'in', 'contains', 'exists'] as const;
export type FilterOperator = (typeof FILTER_OPERATORS)[number];

/** Deepest nesting of `and`, `or` and `not`. */
export const MAX_FILTER_DEPTH = 10;

/** Names that a filter may use beside a customer's own attributes; they are columns of the customer. */
export const BUILT_IN_ATTRIBUTES = ['externalId', 'timezone', 'language'] as const;

export type FilterScalar = string | number | boolean;

/**
 * One comparison with a customer's attribute.
 *
 * Types must agree: a text is never equal to or less than a number. A missing attribute matches only `ne` and
 * `exists: false`. `lt` … `gte` order texts by code point, so that ISO dates compare as dates. `contains` finds a
 * part of a text or an element of a list.
 */
export interface Comparison {
  readonly attribute: string;
  readonly op: FilterOperator;
  readonly value?: FilterScalar | readonly FilterScalar[] | undefined;
}

export type AudienceFilter =
  | { readonly and: readonly AudienceFilter[] }
  | { readonly or: readonly AudienceFilter[] }
  | { readonly not: AudienceFilter }
  | Comparison;
