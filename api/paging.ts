import { z } from 'zod';

/** Where a page ends: the last item's time and id. */
export interface Position {
  readonly at: Date;
  readonly id: string;
}

const CURSOR = /^([a-z]+)\.(\d{1,15})\.([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$/;

function cursorOf(list: string): z.ZodType<Position, string> {
  return z
    .string()
    .max(120)
    .transform((text, context): Position => {
      const [, name, at, id] = CURSOR.exec(Buffer.from(text, 'base64url').toString('latin1')) ?? [];
      if (name === list && at !== undefined && id !== undefined) return { at: new Date(Number(at)), id };
      context.addIssue('Send `next` of the page before, of this list, as it was.');
      return z.NEVER;
    });
}

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

export interface PageQuery {
  readonly limit: number;
  readonly cursor?: Position | undefined;
}

/** `next` of a page. */
export const nextCursor = z
  .string()
  .nullable()
  .meta({ description: '`cursor` of the next page; null on the last one.' });

/** A list that is read in pages; its cursors are those of no other list. */
export class PagedList {
  private readonly name: string;
  /** Query parameters of the list. */
  readonly query;

  /** @param name in lower-case letters */
  constructor(name: string) {
    this.name = name;
    this.query = {
      limit: limitUpTo(100),
      cursor: cursorOf(name)
        .optional()
        .meta({ description: '`next` of the page before; without it, the first page.' }),
    };
  }

  /**
   * Parts what was read for a page, one item more than it may have, into the page and the cursor of the next.
   * @param positionOf the fields that the list is ordered by
   */
  page<T>(
    rows: readonly T[],
    limit: number,
    positionOf: (row: T) => Position,
  ): { readonly items: readonly T[]; readonly next: string | null } {
    const items = rows.slice(0, limit);
    const last = items.at(-1);
    if (rows.length <= limit || last === undefined) return { items, next: null };
    const { at, id } = positionOf(last);
    const next = Buffer.from(`${this.name}.${at.getTime()}.${id}`).toString('base64url');
    return { items, next };
  }
}
