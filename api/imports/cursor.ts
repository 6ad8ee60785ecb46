import { z } from 'zod';
import { ApiProblem } from '../problem.ts';

/** Query parameters of a list that is read page by page. */
export function pageQuery({ limit, max }: { limit: number; max: number }): {
  limit: z.ZodDefault<z.ZodCoercedNumber>;
  cursor: z.ZodOptional<z.ZodString>;
} {
  return {
    limit: z.coerce.number().int().min(1).max(max).default(limit),
    cursor: z.string().max(100).optional().meta({ description: '`next` of the page before.' }),
  };
}

export const nextCursor = z.string().nullable().meta({ description: 'Null on the last page.' });

/** The first `limit` of rows that were read with one more, and the cursor of the page behind them. */
export function pageOf<T>(
  rows: readonly T[],
  limit: number,
  cursorOf: (row: T) => string,
): { readonly page: readonly T[]; readonly next: string | null } {
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return { page, next: last !== undefined && rows.length > limit ? cursorOf(last) : null };
}

export function unknownCursor(): ApiProblem {
  return new ApiProblem('bad_query', 'cursor is none of this list. Give `next` of the page before.');
}
