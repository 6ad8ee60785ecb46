import { z } from 'zod';

/** Infobip's JSON as far as it is read; everything else in it is ignored. Fields are optional as in its own schema. */
const statusSchema = z.object({
  groupId: z.number(),
  id: z.number(),
  name: z.string().default(''),
  description: z.string().default(''),
});
export type InfobipStatus = z.infer<typeof statusSchema>;

const errorSchema = z.object({
  id: z.number(),
  name: z.string().default(''),
  description: z.string().default(''),
  permanent: z.boolean().optional(),
});

export const submitAnswerSchema = z.object({
  messages: z.array(z.object({ messageId: z.string(), status: statusSchema })).default([]),
});

export const apiErrorSchema = z.object({
  errorCode: z.string(),
  description: z.string().default(''),
  violations: z.array(z.object({ property: z.string(), violation: z.string() })).default([]),
});

/** A delivery report, as posted and as read from the logs. v2 SMS reports name their parts `smsCount`. */
export const reportSchema = z.object({
  messageId: z.string().min(1).max(200),
  bulkId: z.string().nullish(),
  sentAt: z.string().nullish(),
  doneAt: z.string().nullish(),
  messageCount: z.number().int().nullish(),
  smsCount: z.number().int().nullish(),
  mmsCount: z.number().int().nullish(),
  status: statusSchema,
  error: errorSchema.nullish(),
});
export type InfobipReport = z.infer<typeof reportSchema>;

export const reportsSchema = z.object({ results: z.array(z.unknown()) });
