import type { z } from 'zod';
import type { Channel } from '../domain/channel.ts';
import type { IdempotentIds } from '../domain/idempotent-ids.ts';
import type { WebhookAuth } from '../domain/webhook-auth.ts';
import type { MessageProvider } from './provider.ts';
import type { SavedContentStore } from './saved-content.ts';
import type { WebhookProof } from './webhook-proof.ts';

/** Where an integration is, and how its webhooks are proven. */
export interface ProviderPlace {
  readonly integrationId: string;
  readonly baseUrl: string;
  /** Where this installation's webhooks can be reached from outside. */
  readonly publicUrl: string;
  readonly webhooks: WebhookProof;
  readonly savedContent: SavedContentStore;
}

type SettingsSchema = z.ZodType<Readonly<Record<string, unknown>>>;
type CredentialsSchema = z.ZodType<Readonly<Record<string, string>>>;

/** A vendor's API that there is an adapter for: what an integration of it must say, and how its adapter is made. */
export interface ProviderKind<
  Settings extends SettingsSchema = SettingsSchema,
  Credentials extends CredentialsSchema = CredentialsSchema,
> {
  readonly name: string;
  readonly label: string;
  readonly channels: readonly Channel[];
  /** Most messages that one call may offer. */
  readonly maxBatch: number;
  /** What is known of a new account: `assumed` where the vendor says that it refuses an id that it has taken. */
  readonly idempotentIds: Exclude<IdempotentIds, 'verified'>;
  /** Codes of failures that have a class of their own; any other is taken as the safest one. */
  readonly knownCodes: readonly string[];
  /** What the vendor needs to know and may be shown. */
  readonly settings: Settings;
  /** What is stored sealed and never shown again: an object of texts. */
  readonly credentials: Credentials;
  /** How the vendor can be made to prove its webhooks; `token` asks nothing of it. */
  readonly webhookAuth: readonly [WebhookAuth['kind'], ...WebhookAuth['kind'][]];
  readonly create: (
    options: ProviderPlace & {
      readonly settings: z.output<Settings>;
      readonly credentials: z.output<Credentials>;
    },
  ) => MessageProvider;
}

/** Keeps a kind's own types for its `create` and lets it stand in a list with others. */
export function defineProvider<Settings extends SettingsSchema, Credentials extends CredentialsSchema>(
  kind: ProviderKind<Settings, Credentials>,
): ProviderKind {
  // The registry parses what it passes with the kind's own schemas.
  return kind;
}
