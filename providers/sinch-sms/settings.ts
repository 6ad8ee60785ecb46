import { z } from 'zod';
import { defineProvider } from '../provider-kind.ts';
import { KNOWN_CODES } from './codes.ts';
import { SinchSmsProvider } from './provider.ts';

/** Sinch's SMS API: a service plan of a region and its token. */
export const SINCH_SMS = defineProvider({
  name: 'sinch-sms',
  label: 'Sinch SMS',
  channels: ['sms'],
  maxBatch: 1,
  idempotentIds: 'no',
  knownCodes: KNOWN_CODES,
  settings: z.strictObject({
    servicePlanId: z.string().regex(/^[\w-]{1,64}$/, 'must be the id of a service plan'),
  }),
  credentials: z.strictObject({ apiToken: z.string().min(1).max(500) }),
  webhookAuth: ['token', 'basic', 'header', 'sinch'],
  create: ({ settings, credentials, ...place }) =>
    new SinchSmsProvider({ ...place, ...settings, ...credentials }),
});
