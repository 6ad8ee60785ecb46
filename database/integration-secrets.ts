import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { PermanentError } from '../domain/errors.ts';
import type { IntegrationRow } from './read-integration.ts';
import type { CredentialKey } from '../domain/credential-key.ts';
import { SecretBox } from './secret-box.ts';

/** How long webhooks are taken that are proven as they were before a change: longer than a provider goes on to post them. */
const FORMER_PROOF_MS = 72 * 3_600_000;

/** What is sealed of an integration. */
const integrationSecretsSchema = z.strictObject({
  credentials: z.record(z.string(), z.string()),
  webhook: z.strictObject({
    secret: z.string(),
    /** As it was before, the newest first, with the settings that belonged to each secret. */
    formers: z
      .array(z.strictObject({ secret: z.string(), settings: z.unknown(), until: z.number() }))
      .default([]),
  }),
  /**
   * What the configuration wanted when it was last carried out (`Wish`): what was changed since by hand stays until that changes.
   * Null when that can't be known any more.
   */
  seed: z.unknown().optional(),
});
export type IntegrationSecrets = z.infer<typeof integrationSecretsSchema>;

/**
 * What is sealed of an integration; undefined when nothing is, or nothing that this release can read.
 * @throws PermanentError `credentials_key_missing`, `credentials_unreadable`
 */
export function openSecrets(
  { id, sealed }: Pick<IntegrationRow, 'id' | 'sealed'>,
  box: Pick<SecretBox, 'open'>,
): IntegrationSecrets | undefined {
  if (!sealed) return undefined;
  const opened = box.open({ keyId: sealed.keyId, box: Buffer.from(sealed.box, 'base64') }, id);
  return integrationSecretsSchema.safeParse(opened).data;
}

/** {@link openSecrets} with keys of its own. */
export function secretsReader(
  keys: readonly CredentialKey[],
): (integration: Pick<IntegrationRow, 'id' | 'sealed'>) => IntegrationSecrets | undefined {
  const box = new SecretBox(keys);
  return (integration) => openSecrets(integration, box);
}

/** The same, for whoever writes it anew: what can't be opened counts as not there. */
export function secretsIfReadable(
  integration: Pick<IntegrationRow, 'id' | 'sealed'>,
  box: Pick<SecretBox, 'open'>,
): IntegrationSecrets | undefined {
  try {
    return openSecrets(integration, box);
  } catch (error) {
    if (error instanceof PermanentError) return undefined;
    throw error;
  }
}

/** How webhooks are proven: settings that may be shown, and the secret. */
export interface WebhookProofSettings {
  readonly settings: Readonly<Record<string, unknown>>;
  readonly secret: string;
}

/** Former proofs that are kept at most. */
const MOST_FORMERS = 10;

/**
 * What is sealed of the proof of webhooks; as it was before, it is good for a while yet: reports are under way.
 * @param forgetFormers whether nothing but the new proof is to be taken from now on, as after a leak
 */
export function changedProof(
  before: { readonly settings: unknown; readonly webhook: IntegrationSecrets['webhook'] } | undefined,
  { settings, secret }: WebhookProofSettings,
  { now, forgetFormers = false }: { readonly now: number; readonly forgetFormers?: boolean },
): IntegrationSecrets['webhook'] {
  if (!before || forgetFormers) return { secret, formers: [] };
  const isSame = before.webhook.secret === secret && isDeepStrictEqual(before.settings, settings);
  if (isSame) return before.webhook;
  const { webhook } = before;
  const former = { secret: webhook.secret, settings: before.settings, until: now + FORMER_PROOF_MS };
  const formers = [former, ...webhook.formers.filter(({ until }) => until > now)];
  return { secret, formers: formers.slice(0, MOST_FORMERS) };
}
