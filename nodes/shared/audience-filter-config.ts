import { z } from 'zod';
import {
  FILTER_OPERATORS,
  MAX_FILTER_DEPTH,
  type AudienceFilter,
  type FilterOperator,
} from '../../domain/audience-filter.ts';
import { suggest } from '../../domain/validation/suggest.ts';

const FILTER_SHAPE =
  'Write a filter such as {"attribute": "city", "op": "eq", "value": "Boston"}, ' +
  'or combine several: {"and": […]}, {"or": […]}, {"not": …}.';

const scalar = z.union([z.string().max(1_000), z.number(), z.boolean()], {
  error: 'Write a text, a number, true or false.',
});

const comparisonSchema = z
  .strictObject({
    attribute: z.string().min(1).max(100),
    op: z.enum(FILTER_OPERATORS, { error: ({ input }) => operatorText(input) }),
    value: z
      .union([scalar, z.array(scalar).min(1).max(1_000)], {
        error: 'Write a text, a number, true or false, or a list of them.',
      })
      .optional(),
  })
  .superRefine((comparison, context) => {
    const problem = valueProblem(comparison.op, comparison.value);
    if (problem) context.addIssue({ code: 'custom', path: ['value'], message: problem });
  });

/** What other languages call our operators. */
const OPERATOR_ALIASES: ReadonlyMap<string, FilterOperator> = new Map([
  ['=', 'eq'],
  ['==', 'eq'],
  ['is', 'eq'],
  ['equal', 'eq'],
  ['equals', 'eq'],
  ['!=', 'ne'],
  ['not_equals', 'ne'],
  ['<', 'lt'],
  ['<=', 'lte'],
  ['>', 'gt'],
  ['>=', 'gte'],
  ['includes', 'contains'],
]);

function operatorText(input: unknown): string | undefined {
  if (typeof input !== 'string') return undefined;
  const meant = OPERATOR_ALIASES.get(input.toLowerCase()) ?? input;
  return `There is no operator "${input.slice(0, 50)}".${suggest(meant, FILTER_OPERATORS)}`;
}

function valueProblem(op: FilterOperator, value: unknown): string | undefined {
  switch (op) {
    case 'exists':
      return value === undefined || typeof value === 'boolean'
        ? undefined
        : 'The operator "exists" takes true, false or no value.';
    case 'in':
      return Array.isArray(value) ? undefined : 'The operator "in" takes a list of values.';
    default:
      return value === undefined || Array.isArray(value)
        ? `The operator "${op}" takes one text, number or boolean.`
        : undefined;
  }
}

/** Who: `{attribute, op, value}` combined by `and`, `or` and `not`. */
const audienceFilterSchema: z.ZodType<AudienceFilter> = z.lazy(() =>
  z.union(
    [
      z.strictObject({ and: z.array(audienceFilterSchema).min(1).max(50) }),
      z.strictObject({ or: z.array(audienceFilterSchema).min(1).max(50) }),
      z.strictObject({ not: audienceFilterSchema }),
      comparisonSchema,
    ],
    { error: FILTER_SHAPE },
  ),
);

/** The same, bounded in depth: what a node's configuration takes. */
export const boundedFilterSchema = audienceFilterSchema.refine(
  (filter) => depthOf(filter) <= MAX_FILTER_DEPTH,
  {
    message: `A filter is nested at most ${MAX_FILTER_DEPTH} deep.`,
  },
);

function depthOf(filter: AudienceFilter): number {
  if ('and' in filter) return 1 + Math.max(...filter.and.map(depthOf));
  if ('or' in filter) return 1 + Math.max(...filter.or.map(depthOf));
  return 'not' in filter ? 1 + depthOf(filter.not) : 1;
}
