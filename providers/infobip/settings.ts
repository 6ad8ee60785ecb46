import { z } from 'zod';
import { defineProvider } from '../provider-kind.ts';
import { KNOWN_CODES } from './codes.ts';
import { INFOBIP_MAX_BATCH, InfobipProvider } from './provider.ts';

/** Infobip: one key for MMS and SMS. */
export const INFOBIP = defineProvider({
  name: 'infobip',
  label: 'Infobip',
  channels: ['mms', 'sms'],
  maxBatch: INFOBIP_MAX_BATCH,
  idempotentIds: 'assumed',
  knownCodes: KNOWN_CODES,
  settings: z.strictObject({}),
  credentials: z.strictObject({ apiKey: z.string().min(1).max(500) }),
  webhookAuth: ['token', 'basic', 'header', 'hmac'],
  create: ({ credentials, ...place }) => new InfobipProvider({ ...place, ...credentials }),
});
