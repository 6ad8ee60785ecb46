import { z } from 'zod';
import { defineProvider } from '../provider-kind.ts';
import { KNOWN_CODES } from './codes.ts';
import { SinchMmsProvider } from './provider.ts';
import { PERSONAL_TEXTS } from './requests.ts';

/** Sinch's MMS API: a service of an account and its key. */
export const SINCH_MMS = defineProvider({
  name: 'sinch-mms',
  label: 'Sinch MMS',
  channels: ['mms'],
  maxBatch: 1,
  idempotentIds: 'no',
  knownCodes: KNOWN_CODES,
  settings: z.strictObject({
    serviceId: z.string().regex(/^[\w-]{1,64}$/, 'must be the id of a service'),
    personalTexts: z.enum(PERSONAL_TEXTS).optional(),
  }),
  credentials: z.strictObject({ apiKey: z.string().min(1).max(500) }),
  webhookAuth: ['token', 'basic', 'header'],
  create: ({ settings: { serviceId, personalTexts = 'custom-text' }, credentials, ...place }) =>
    new SinchMmsProvider({ ...place, serviceId, personalTexts, ...credentials }),
});
