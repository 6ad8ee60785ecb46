import { z } from 'zod';

/**
 * Fields of what vendors tell.
 *
 * A vendor writes the same field as a text or as a number, leaves it out, or puts there what nobody has documented: what can't be
 * read of a field that may be missing counts as missing, and costs nothing else.
 */

const givenText = z.union([z.string(), z.number()]).transform(String);

/** A text that may come as a number. */
export const textField = givenText.nullish().catch(null);

/** A text that says something, at most so many characters; null for any other. */
export function namedField(maxLength: number): z.ZodType<string | null | undefined> {
  return givenText.pipe(z.string().trim().min(1).max(maxLength)).nullish().catch(null);
}

/** What an entry must have. */
export function requiredField(maxLength: number): z.ZodType<string> {
  return givenText.pipe(z.string().trim().min(1).max(maxLength));
}

const wholeNumber = z
  .union([
    z.number(),
    z
      .string()
      .trim()
      .regex(/^[+-]?\d{1,15}$/)
      .transform(Number),
  ])
  .pipe(z.int());

/** A whole number that may come as a text; that must be there. */
export const codeField = wholeNumber;

/** A whole number that may come as a text. */
export const wholeNumberField = wholeNumber.nullish().catch(null);

/** Of how many parts a message was: none is as good as not said. */
export const partsField = wholeNumber.pipe(z.int().min(1)).nullish().catch(null);

/** An instant as a text, or in seconds or milliseconds since the epoch. */
export const instantField = z.union([z.string(), z.number()]).nullish().catch(null);

/** A text without which an entry says as much. */
export const wordField = z.string().catch('');

/** A list of which each entry is read by itself. */
export const listField = z.array(z.unknown()).catch([]);
