import { z } from 'zod';
import {
  instantField,
  listField,
  namedField,
  partsField,
  requiredField,
  textField,
  wholeNumberField,
} from '../vendor-fields.ts';

/** Sinch's SMS REST API (XMS), as far as it is read; everything else in it is ignored. */
export const errorSchema = z.object({ code: z.string(), text: z.string().default('') });

export const batchSchema = z.object({
  id: z.string().min(1),
  created_at: instantField,
  client_reference: textField,
});

/** A batch of the list that can't be read costs none of the others. */
export const batchListSchema = z.object({ batches: z.array(z.unknown()).default([]) });

const status = requiredField(100);
/** What a report may name its message by: our reference, else Sinch's own id. */
const names = { batch_id: namedField(200), client_reference: namedField(2_048) };

/** A report of one recipient, as posted and as read, of texts and of media messages. */
export const recipientReportSchema = z.object({
  ...names,
  code: wholeNumberField,
  status,
  at: instantField,
  number_of_message_parts: partsField,
});
export type RecipientReport = z.output<typeof recipientReportSchema>;

/** What a callback is, its `type` says, where it has one. */
export const callbackSchema = z.object({ type: textField });

/** A report of a whole batch, which a plan may be set to send: one of ours has one recipient. */
export const batchReportSchema = z.object({
  ...names,
  statuses: z.array(z.object({ code: wholeNumberField, status, count: wholeNumberField })).length(1),
});

export const reportListSchema = z.object({ delivery_reports: listField });
