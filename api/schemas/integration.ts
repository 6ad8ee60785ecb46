import { z } from 'zod';
import { isLoopback } from '../../config/loopback.ts';
import { CHANNELS } from '../../domain/channel.ts';
import { IDEMPOTENT_IDS } from '../../domain/idempotent-ids.ts';
import { PROVIDER_NAMES, type ProviderName } from '../../domain/provider-names.ts';
import { PROVIDER_KINDS } from '../../providers/catalogue.ts';
import type { ProviderKind } from '../../providers/provider-kind.ts';
import { webhookSecretSchema, webhookSettingsSchema } from '../../providers/webhook-settings.ts';
import { breakerView } from './breaker.ts';
import { idProbeView } from './id-probe.ts';
import { messagesPerSecond } from './rate.ts';

const baseUrl = z
  .url({ protocol: /^https?$/, error: 'must be an address such as https://api.example.com' })
  .max(300)
  .refine((url) => !URL.canParse(url) || url.startsWith('https:') || isLoopback(url), {
    error: 'must begin with https:, for credentials go there. Only a provider on this machine may be http:',
  })
  .refine((url) => !URL.canParse(url) || isPlain(new URL(url)), {
    error: 'must have no user, query or fragment',
  })
  .transform((url) => url.replace(/\/+$/, ''));

function isPlain({ username, password, search, hash }: URL): boolean {
  return username === '' && password === '' && search === '' && hash === '';
}

const key = z
  .string()
  .regex(/^[a-z][a-z0-9_-]{0,49}$/, 'Write the key in lower case.')
  .meta({ description: 'What it is called in holds and reports; for good.' });

const messagesPerCall = z.int().min(1);

/** How webhooks are proven, with the secret, for a vendor that has these ways. */
function webhookBody({ webhookAuth }: ProviderKind) {
  return z
    .strictObject({
      ...webhookSettingsSchema.shape,
      auth: webhookSettingsSchema.shape.auth.extract([...webhookAuth]).default('token'),
      secret: webhookSecretSchema,
    })
    .refine(({ auth, username }) => auth !== 'basic' || username !== undefined, {
      path: ['username'],
      error: 'must be given with basic',
    });
}

/** An integration of a vendor, whole. */
function integrationBody(kind: ProviderKind) {
  return z.strictObject({
    key,
    provider: z.literal(kind.name),
    baseUrl,
    settings: kind.settings,
    credentials: kind.credentials,
    webhook: webhookBody(kind),
    messagesPerCall: messagesPerCall
      .max(kind.maxBatch)
      .default(1)
      .meta({ description: 'Most messages that one call offers.' }),
    messagesPerSecond: messagesPerSecond.default(null),
  });
}

const [firstKind, ...otherKinds] = PROVIDER_NAMES;
/** A new integration: what it must say depends on its provider. */
export const newIntegrationBody = z.discriminatedUnion('provider', [
  integrationBody(PROVIDER_KINDS[firstKind]),
  ...otherKinds.map((name) => integrationBody(PROVIDER_KINDS[name])),
]);

/** The parts of an integration that can be changed, each by itself. */
export function integrationParts(provider: ProviderName) {
  return integrationBody(PROVIDER_KINDS[provider]).omit({ key: true, provider: true }).shape;
}

/** A change; what it makes of the integration is held against the same. */
export const integrationChange = z.strictObject({
  baseUrl: z.string().optional(),
  settings: z
    .record(z.string(), z.unknown())
    .optional()
    .meta({ description: 'Instead of those that there are.' }),
  credentials: z
    .record(z.string(), z.string())
    .optional()
    .meta({ description: 'Those that are left out stay, but where `baseUrl` names another host.' }),
  webhook: z.record(z.string(), z.unknown()).optional().meta({
    description:
      'Instead of what there is; a `secret` that is left out stays. Webhooks proven as before are taken for another 72 hours.',
  }),
  forgetFormerWebhooks: z.boolean().optional().meta({
    description: 'Take no webhook any more that is proven as before, as after a leak of the secret.',
  }),
  messagesPerCall: messagesPerCall.optional(),
  messagesPerSecond: messagesPerSecond.optional(),
});

export const integrationView = z
  .object({
    id: z.uuid(),
    key: z.string(),
    provider: z.string(),
    channels: z.array(z.enum(CHANNELS)),
    baseUrl: z.string().nullable(),
    settings: z.record(z.string(), z.unknown()),
    webhook: webhookSettingsSchema,
    credentialsKeyId: z.string().nullable().meta({
      description:
        'Under which key of `CREDENTIAL_KEYS` its credentials are stored; null when there are none. They are never shown.',
    }),
    messagesPerCall: z.int(),
    messagesPerSecond,
    idempotentIds: z.enum(IDEMPOTENT_IDS).meta({
      description:
        'Whether the account refuses an id that it has taken. Only `verified` is built upon, and of an account that is not on ' +
        'this machine only for `verifiedChannels`.',
    }),
    verifiedChannels: z.array(z.enum(CHANNELS)).meta({
      description:
        'Channels of which a probe (`POST /v1/integrations/{id}/check` with `probeTo`) has shown it: their messages in doubt are ' +
        'repeated under the same id.',
    }),
    idProbe: idProbeView.nullable().meta({ description: 'The latest probe; null when there was none.' }),
    senders: z.array(z.string()).meta({ description: 'Keys of the senders that send through it.' }),
    breaker: breakerView.nullable().meta({ description: 'Null while it is closed: all is well.' }),
    createdAt: z.iso.datetime(),
    changedAt: z.iso.datetime(),
  })
  .meta({ id: 'Integration' });

/** An integration by itself, with what takes a look at its failures. */
export const integrationDetail = integrationView
  .extend({
    unknownCodes: z
      .array(
        z.object({
          code: z.string(),
          count: z.int().meta({ description: 'Calls that were refused with it, and reports of failures.' }),
          lastSeenAt: z.iso.datetime(),
        }),
      )
      .meta({
        description:
          "Codes of the provider's failures in this month and the one before that have no class of their own, the latest 20 first. " +
          'Each counts as permanent unless the provider says otherwise.',
      }),
  })
  .meta({ id: 'IntegrationDetail' });

export const integrationCheckView = z
  .object({
    ok: z.boolean(),
    checks: z.array(
      z.object({
        what: z.string().meta({ description: 'What was tried.' }),
        ok: z.boolean(),
        says: z.string().meta({ description: 'What is wrong and what to do about it.' }),
      }),
    ),
    idProbe: idProbeView
      .nullable()
      .meta({ description: 'The probe that `probeTo` has begun; null without it.' }),
    webhooks: z.array(
      z.object({
        what: z.string(),
        inbound: z.boolean().meta({ description: 'Whether inbound messages are to be posted there.' }),
        url: z.string(),
        register: z.string().meta({ description: 'What is to be done with it at the provider.' }),
      }),
    ),
  })
  .meta({ id: 'IntegrationCheck' });
