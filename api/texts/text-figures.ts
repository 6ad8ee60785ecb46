import type { z } from 'zod';
import { countSegments, forcingCharacters } from '../../domain/segments.ts';
import type { textFigureFields } from '../schemas/text.ts';

/** Most forcing characters that an answer names. */
const MAX_FORCING = 20;

export type TextFigures = z.output<z.ZodObject<typeof textFigureFields>>;

/** What a text costs as an SMS, and what of it forces UCS-2. */
export function textFigures(text: string): TextFigures {
  const forcing = forcingCharacters(text);
  return { ...countSegments(text), forcing: forcing.slice(0, MAX_FORCING), forcingCount: forcing.length };
}
