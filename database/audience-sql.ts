import type { AudienceFilter, BUILT_IN_ATTRIBUTES, Comparison } from '../domain/audience-filter.ts';

/** Collects the values of one statement; {@link add} answers the placeholder. */
export class Parameters {
  readonly values: unknown[];

  constructor(values: readonly unknown[] = []) {
    this.values = [...values];
  }

  add(value: unknown): string {
    this.values.push(value);
    return `$${this.values.length}`;
  }
}

const COLUMNS: Readonly<Record<(typeof BUILT_IN_ATTRIBUTES)[number], string>> = {
  externalId: 'customer.external_id',
  timezone: 'customer.timezone',
  language: 'customer.language',
};

const ORDER_OPERATORS = { lt: '<', lte: '<=', gt: '>', gte: '>=' } as const;

/** A boolean SQL expression over `customer`, never null; every value of the filter is a parameter. */
export function audienceSql(filter: AudienceFilter, parameters: Parameters): string {
  if ('and' in filter) return joined(filter.and, 'AND', parameters);
  if ('or' in filter) return joined(filter.or, 'OR', parameters);
  if ('not' in filter) return `(NOT ${audienceSql(filter.not, parameters)})`;
  return `coalesce(${comparisonSql(filter, parameters)}, false)`;
}

function joined(filters: readonly AudienceFilter[], word: string, parameters: Parameters): string {
  return `(${filters.map((filter) => audienceSql(filter, parameters)).join(` ${word} `)})`;
}

function comparisonSql({ attribute, op, value }: Comparison, parameters: Parameters): string {
  const field = fieldSql(attribute, parameters);
  const json = (given: unknown): string => `${parameters.add(JSON.stringify(given))}::jsonb`;
  switch (op) {
    case 'exists':
      return `(${field} IS NOT NULL) = ${parameters.add(value ?? true)}::boolean`;
    case 'eq':
      return `${field} = ${json(value)}`;
    case 'ne':
      return `${field} IS DISTINCT FROM ${json(value)}`;
    case 'in':
      return `(jsonb_typeof(${field}) <> 'array' AND ${json(value)} @> ${field})`;
    case 'contains': {
      const text = parameters.add(String(value));
      return (
        `CASE jsonb_typeof(${field}) WHEN 'array' THEN ${field} @> ${json(value)} ` +
        `WHEN 'string' THEN position(${text}::text in ${field} #>> '{}') > 0 END`
      );
    }
    case 'lt':
    case 'lte':
    case 'gt':
    case 'gte': {
      const given = json(value);
      return `CASE WHEN jsonb_typeof(${field}) = jsonb_typeof(${given}) THEN ${field} ${ORDER_OPERATORS[op]} ${given} END`;
    }
  }
}

/** The attribute as JSON, SQL null when it is missing or JSON null. */
function fieldSql(attribute: string, parameters: Parameters): string {
  if (isBuiltIn(attribute)) return `to_jsonb(${COLUMNS[attribute]})`;
  return `nullif(customer.attributes -> ${parameters.add(attribute)}::text, 'null'::jsonb)`;
}

function isBuiltIn(attribute: string): attribute is keyof typeof COLUMNS {
  return Object.hasOwn(COLUMNS, attribute);
}
