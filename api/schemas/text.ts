import { z } from 'zod';

/** Longest text that is checked, in UTF-16 units: as long as a template may be. */
const MAX_TEXT = 16_000;

export const textCheckBody = z
  .strictObject({
    text: z.string().max(MAX_TEXT).meta({ description: 'As a customer would get it: it is no template.' }),
    smartEncoding: z
      .boolean()
      .default(false)
      .meta({ description: 'Whether to write it as a message node with `smartEncoding` would.' }),
  })
  .meta({ example: { text: '“Doors open at 6 – see you there…”', smartEncoding: true } });

/** What a text costs as an SMS. */
export const textFigureFields = {
  encoding: z.enum(['GSM-7', 'UCS-2']),
  segments: z.int().meta({ description: 'Of an SMS; the price of an MMS does not depend on it.' }),
  units: z.int().meta({
    description: 'Septets (GSM-7; a character of the extension table takes two) or 16-bit units (UCS-2).',
  }),
  unitsPerSegment: z
    .int()
    .meta({ description: '160 or 70 of one that goes alone; 153 or 67 of several, which have headers.' }),
  lastSegment: z.object({ used: z.int(), left: z.int() }),
  forcing: z
    .array(
      z.object({
        character: z.string(),
        codePoint: z.string().meta({ example: 'U+201C' }),
        position: z.int().meta({ description: 'Where it stands first, in UTF-16 units from 0.' }),
      }),
    )
    .meta({ description: 'Characters that GSM-7 lacks, each once; the first 20.' }),
  forcingCount: z.int().meta({ description: 'How many different ones there are.' }),
};

export const textCheckView = z
  .object({
    text: z.string().meta({ description: 'As it would be sent: all that follows is said of this.' }),
    replaced: z.boolean().meta({ description: 'Whether that is another text than the given one.' }),
    length: z
      .int()
      .meta({ description: 'In UTF-16 units, as the limits of providers are taken to be meant.' }),
    ...textFigureFields,
  })
  .meta({ id: 'TextCheck' });
