import type { WebhookAuth } from '../domain/webhook-auth.ts';
import type { RawWebhook } from './provider.ts';
import { addressToken, webhookVerifier } from './webhook-auth.ts';

/** How an account's webhooks are proven: as it is set now, and for a while after a change also as it was set before. */
export interface WebhookProof {
  readonly auth: WebhookAuth;
  readonly formers?: readonly { readonly auth: WebhookAuth; readonly until: number }[];
}

/** Where an integration's webhooks are posted to, and who gets in there. */
export interface WebhookDoor {
  /** An address, with what proves it at its end where that is so. */
  readonly address: (...path: readonly string[]) => string;
  readonly isAuthentic: (request: RawWebhook) => boolean;
}

export function webhookDoor(
  { publicUrl, integrationId }: { readonly publicUrl: string; readonly integrationId: string },
  { auth, formers = [] }: WebhookProof,
  now: () => number = Date.now,
): WebhookDoor {
  const isAsNow = webhookVerifier(auth, integrationId, now);
  const before = formers.map(({ auth: old, until }) => ({
    isAuthentic: webhookVerifier(old, integrationId, now),
    until,
  }));
  const token = auth.kind === 'token' ? [addressToken(auth.secret, integrationId)] : [];
  return {
    address: (...path) => [publicUrl, 'webhooks', integrationId, ...path, ...token].join('/'),
    isAuthentic: (request) =>
      isAsNow(request) || before.some(({ isAuthentic, until }) => now() < until && isAuthentic(request)),
  };
}
