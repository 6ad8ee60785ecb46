import { requireVariables, type Environment } from '../config/environment.ts';
import type { WebhookProofSettings } from '../database/integration-secrets.ts';
import type { WebhookAuth } from '../domain/webhook-auth.ts';

type Vendor = 'INFOBIP' | 'SINCH';
type Part = 'USERNAME' | 'SECRET';

/** What must be named for a proof that the provider makes: nobody there knows a secret that the stack has made up. */
const NEEDED: Readonly<Record<WebhookAuth['kind'], readonly Part[]>> = {
  token: [],
  basic: ['USERNAME', 'SECRET'],
  header: ['SECRET'],
  hmac: ['SECRET'],
  sinch: ['SECRET'],
};

/**
 * How the webhooks of a vendor are proven, as the variables that begin with its name say.
 * @param madeSecret taken for a token where no secret is named
 * @param isSimulated whether our own simulator takes its place: that proves its reports by the token in their address
 * @throws ConfigurationError when something is missing that its kind of proof needs
 */
export function webhookVariables(
  environment: Environment,
  vendor: Vendor,
  { madeSecret, isSimulated }: { readonly madeSecret: string; readonly isSimulated: boolean },
): WebhookProofSettings {
  const auth = environment[`${vendor}_WEBHOOK_AUTH`] ?? 'token';
  const names = NEEDED[auth].map((part) => `${vendor}_WEBHOOK_${part}` as const);
  requireVariables(environment, names, `${vendor}_WEBHOOK_AUTH is ${auth}.`);
  const username = environment[`${vendor}_WEBHOOK_USERNAME`];
  const header = environment[`${vendor}_WEBHOOK_HEADER`];
  return {
    settings: {
      auth: isSimulated ? 'token' : auth,
      ...(username !== undefined && { username }),
      ...(header !== undefined && { header }),
    },
    secret: environment[`${vendor}_WEBHOOK_SECRET`] ?? madeSecret,
  };
}
