import { z } from 'zod';
import {
  codeField,
  instantField,
  partsField,
  requiredField,
  textField,
  wholeNumberField,
  wordField,
} from '../vendor-fields.ts';

/** Infobip's JSON as far as it is read; everything else in it is ignored. Fields are optional as in its own schema. */
const names = { name: wordField, description: wordField };

/** Of an entry in the answer to a send: nobody guesses what one without its ids says. */
const statusSchema = z.object({ groupId: codeField, id: codeField, ...names });
export type InfobipStatus = z.output<typeof statusSchema>;

export const submitAnswerSchema = z.object({ messages: z.array(z.unknown()).default([]) });
export const submitEntrySchema = z.object({ messageId: requiredField(10_000), status: statusSchema });

export const apiErrorSchema = z.object({
  errorCode: z.string(),
  description: wordField,
  violations: z.array(z.object({ property: wordField, violation: wordField })).catch([]),
});

/** A delivery report, as posted and as read from the logs. v2 SMS reports name their parts `smsCount`. */
export const reportSchema = z.object({
  messageId: requiredField(200),
  sentAt: instantField,
  doneAt: instantField,
  messageCount: partsField,
  smsCount: partsField,
  mmsCount: partsField,
  status: z.object({ groupId: wholeNumberField, groupName: textField, id: wholeNumberField, ...names }),
  error: z
    .object({ id: wholeNumberField, ...names, permanent: z.boolean().optional().catch(undefined) })
    .nullish()
    .catch(null),
});
export type InfobipReport = z.output<typeof reportSchema>;

export const reportsSchema = z.object({ results: z.array(z.unknown()) });
