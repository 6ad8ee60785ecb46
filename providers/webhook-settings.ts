import { z } from 'zod';
import type { WebhookAuth } from '../domain/webhook-auth.ts';

/** How an integration's webhooks are proven, without the secret. */
export const webhookSettingsSchema = z.strictObject({
  auth: z.enum(['token', 'basic', 'header', 'hmac', 'sinch']).meta({
    description:
      '`token`: an unguessable end of the address. `basic`: user name and password. `header`: the secret in a header. ' +
      '`hmac`: SHA-256 over the raw body in a header. `sinch`: its own signature headers.',
  }),
  username: z.string().min(1).max(100).optional().meta({ description: 'Of `basic`.' }),
  header: z
    .string()
    .regex(/^[A-Za-z0-9-]{1,64}$/, 'must be the name of a header')
    .optional()
    .meta({ description: 'Of `header` and `hmac`; `x-signature` by default.' }),
});
export type WebhookSettings = z.infer<typeof webhookSettingsSchema>;

const DEFAULT_HEADER = 'x-signature';

/** What a webhook is held against. */
export function webhookAuthOf(
  { auth: kind, username, header }: WebhookSettings,
  secret: string,
): WebhookAuth {
  switch (kind) {
    case 'token':
    case 'sinch':
      return { kind, secret };
    case 'basic':
      return { kind, username: username ?? '', secret };
    case 'header':
    case 'hmac':
      return { kind, header: header ?? DEFAULT_HEADER, secret };
  }
}

export const webhookSecretSchema = z
  .string()
  .min(16, 'must have at least 16 characters')
  .max(500, 'must have at most 500 characters');
