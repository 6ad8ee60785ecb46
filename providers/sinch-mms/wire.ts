import { z } from 'zod';

/** Sinch's MMS JSON API, as far as it is read; everything else in it is ignored. Numbers may come as texts, and texts as numbers. */
const text = z.union([z.string(), z.number()]).transform(String);

/** What may be left out, come empty or be something else altogether: nothing that we must know is lost with it. */
export const optionalText = text
  .transform((given) => (given.trim() === '' ? null : given))
  .nullish()
  .catch(null);

/** What is below this as an instant is in seconds: that many milliseconds are in 1973. */
const SECONDS_BELOW = 100_000_000_000;

/** An instant as a text; one that is a number counts seconds or milliseconds since the epoch. */
export const optionalInstant = optionalText.transform((given) => {
  if (given === null || given === undefined || !/^\d{9,14}(?:\.\d+)?$/.test(given)) return given;
  const count = Number(given);
  return new Date(count < SECONDS_BELOW ? count * 1_000 : count).toISOString();
});

const status = text.transform((given) => given.trim().toLowerCase());

export const answerSchema = z.union([
  z.object({
    status: status.pipe(z.literal('success')),
    'mms-id': optionalText,
    'tracking-id': optionalText,
  }),
  z.object({ status: status.pipe(z.literal('failure')), 'error-code': text, 'error-info': optionalText }),
]);

/** What is posted to the account's address. */
export const postbackSchema = z.object({
  origin: optionalText,
  code: text.transform((given) => given.trim().toUpperCase()).pipe(z.string().regex(/^[NE]\d+$/)),
  status: optionalText,
  'status-details': optionalText,
  'sent-as': optionalText,
  'mms-id': optionalText,
  'tracking-id': optionalText,
  'client-reference': optionalText,
  timestamp: optionalInstant,
});
export type Postback = z.infer<typeof postbackSchema>;
