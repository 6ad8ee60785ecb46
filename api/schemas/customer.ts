import { z } from 'zod';
import { jsonValue } from './json.ts';

const consentView = z.object({
  state: z.enum(['granted', 'unproven', 'revoked']),
  time: z.string().nullable(),
  method: z.string().nullable(),
  source: z.string().nullable(),
  revokedAt: z.string().nullable(),
  forThisNumber: z.boolean(),
});

export const customerSchema = z
  .object({
    id: z.uuid(),
    externalId: z.string().nullable(),
    phone: z.string().nullable(),
    phoneState: z.enum(['none', 'invalid', 'valid']),
    country: z.string().nullable(),
    optedOutAt: z.iso.datetime().nullable(),
    timezone: z.string().nullable(),
    language: z.string().nullable(),
    attributes: z.record(z.string(), jsonValue),
    consents: z.record(z.string(), consentView),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
  })
  .meta({ id: 'Customer' });

export const customerPatch = z
  .strictObject(
    {
      phone: z.string().nullable().optional(),
      timezone: z.string().nullable().optional(),
      language: z.string().nullable().optional(),
      attributes: z.record(z.string(), jsonValue).optional(),
      consents: z
        .record(
          z.string(),
          z.strictObject({
            granted: z.boolean(),
            time: z.string().optional(),
            method: z.string().optional(),
            source: z.string().optional(),
          }),
        )
        .optional(),
    },
    {
      error: ({ code }) =>
        code === 'unrecognized_keys'
          ? 'Attributes belong under "attributes", such as {"attributes": {"vip": true}}.'
          : undefined,
    },
  )
  .meta({
    id: 'CustomerPatch',
    example: {
      language: 'fr',
      attributes: { vip: true, nickname: null },
      consents: {
        marketing: {
          granted: true,
          time: '2026-03-01T12:00:00Z',
          method: 'web_form',
          source: 'https://shop.example.com/club',
        },
      },
    },
  });
