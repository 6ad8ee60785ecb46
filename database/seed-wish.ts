import { createHash } from 'node:crypto';
import { z } from 'zod';
import { IDEMPOTENT_IDS } from '../domain/idempotent-ids.ts';
import type { WantedIntegration } from './write-integration.ts';

/** An integration as the configuration wants it. */
export interface SeedIntegration extends WantedIntegration {
  readonly key: string;
  /** Whether it is our own simulator: that it has moved to another port is no other wish. Default false. */
  readonly simulated?: boolean;
}

/** What the configuration can want otherwise than before, by itself. */
export const WISH_FIELDS = [
  'provider',
  'baseUrl',
  'settings',
  'credentials',
  'webhook',
  'webhookSecret',
  'messagesPerCall',
  'idempotentIds',
] as const;
export type WishField = (typeof WISH_FIELDS)[number];

const wishSchema = z.strictObject({
  key: z.string(),
  simulated: z.boolean(),
  /** SHA-256 by field: enough to tell a change, and no second copy of a credential. */
  digests: z.record(z.enum(WISH_FIELDS), z.string()),
});
export type Wish = z.infer<typeof wishSchema>;

/** As earlier releases have kept it. */
const olderWishSchema = z.object({
  key: z.string(),
  provider: z.string(),
  baseUrl: z.string(),
  settings: z.record(z.string(), z.unknown()),
  credentials: z.record(z.string(), z.string()),
  webhook: z.object({ settings: z.record(z.string(), z.unknown()), secret: z.string() }),
  messagesPerCall: z.number(),
  idempotentIds: z.enum(IDEMPOTENT_IDS),
});

/** Stands for a wish that nobody can read any more, of an integration that somebody has configured anew. */
export const FORGOTTEN_WISH = null;

export function wishOf(wanted: SeedIntegration): Wish {
  const { webhook, ...rest } = wanted;
  const values = { ...rest, webhook: webhook.settings, webhookSecret: webhook.secret };
  const digests = WISH_FIELDS.map((field): [string, string] => [field, digestOf(values[field])]);
  return wishSchema.parse({
    key: wanted.key,
    simulated: wanted.simulated ?? false,
    digests: Object.fromEntries(digests),
  });
}

/** What an integration's `seed` says; undefined when it says nothing. */
export function rememberedWish(seed: unknown): Wish | undefined {
  const older = olderWishSchema.safeParse(seed).data;
  return older ? wishOf(older) : wishSchema.safeParse(seed).data;
}

/** The fields of which a wish says something else than an earlier one. */
export function changedFields(last: Wish | undefined, now: Wish): Set<WishField> {
  return new Set(WISH_FIELDS.filter((field) => last?.digests[field] !== now.digests[field]));
}

/** Whether two base URLs differ because our own simulator has moved. */
export function isMovedSimulator(last: Wish, now: Wish): boolean {
  return last.simulated && now.simulated && last.digests.baseUrl !== now.digests.baseUrl;
}

export function digestOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value, sortedKeys)).digest('base64url');
}

function sortedKeys(_name: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
