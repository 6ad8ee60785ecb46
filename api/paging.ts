import { z } from 'zod';

/** Where a page ends: the last item's time and id. */
export interface Position {
  readonly at: Date;
  readonly id: string;
}

const CURSOR = /^(\d{1,15})\.([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$/;

const cursor = z
  .string()
  .max(100)
  .transform((text, context): Position => {
    const [, at, id] = CURSOR.exec(Buffer.from(text, 'base64url').toString('latin1')) ?? [];
    if (at !== undefined && id !== undefined) return { at: new Date(Number(at)), id };
    context.addIssue('Send `next` of the page before as it was.');
    return z.NEVER;
  });

/** Most items of a page: a number from 1 to `max`, 50 by default. */
export function limitUpTo(max: number): z.ZodType<number, string | undefined> {
  const sentence = `Write a number from 1 to ${max}`;
  return z
    .string()
    .regex(/^\d{1,6}$/, sentence)
    .transform(Number)
    .refine((limit) => limit >= 1 && limit <= max, sentence)
    .default(50)
    .meta({ description: `Most items of a page, 1 to ${max}; 50 by default.`, example: '50' });
}

/** Query parameters of every list. */
export const pageQuery = {
  limit: limitUpTo(100),
  cursor: cursor.optional().meta({ description: '`next` of the page before; without it, the first page.' }),
};

export interface PageQuery {
  readonly limit: number;
  readonly cursor?: Position | undefined;
}

/** `next` of a page. */
export const nextCursor = z
  .string()
  .nullable()
  .meta({ description: '`cursor` of the next page; null on the last one.' });

/**
 * Parts what was read for a page, one item more than it may have, into the page and the cursor of the next.
 * @param positionOf the fields that the list is ordered by
 */
export function pageOf<T>(
  rows: readonly T[],
  limit: number,
  positionOf: (row: T) => Position,
): { readonly items: readonly T[]; readonly next: string | null } {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  if (rows.length <= limit || last === undefined) return { items, next: null };
  const { at, id } = positionOf(last);
  return { items, next: Buffer.from(`${at.getTime()}.${id}`).toString('base64url') };
}
