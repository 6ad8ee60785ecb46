import type { z } from 'zod';
import { isLoopback } from '../../config/loopback.ts';
import { PermanentError } from '../../domain/errors.ts';
import type { IntegrationRow } from '../../database/read-integration.ts';
import type { AccountCheck } from '../../providers/account-check.ts';
import type { MessageProvider } from '../../providers/provider.ts';
import type { ApiDependencies } from '../dependencies.ts';
import type { integrationCheckView } from '../schemas/integration.ts';
import { webhooksOf } from './webhook-addresses.ts';

type Check = Omit<z.input<typeof integrationCheckView>, 'idProbe'>;

/** Makes a harmless call with an integration's credentials and says in words what is wrong. */
export async function checkIntegration(
  { providers, config }: Pick<ApiDependencies, 'providers' | 'config'>,
  row: IntegrationRow,
): Promise<Check> {
  let provider: MessageProvider;
  try {
    provider = providers.get(row);
  } catch (error) {
    if (!(error instanceof PermanentError)) throw error;
    return {
      ok: false,
      checks: [{ what: 'It is configured', ok: false, says: error.message }],
      webhooks: [],
    };
  }
  const checks = [...(await provider.check()), reachable(row, config.publicUrl)];
  return { ok: checks.every(({ ok }) => ok), checks, webhooks: webhooksOf(row, provider) };
}

function reachable({ baseUrl }: IntegrationRow, publicUrl: string): AccountCheck {
  const what = 'Delivery reports can come back';
  const ok = baseUrl === null || isLoopback(baseUrl) || !isLoopback(publicUrl);
  const says = ok
    ? 'Their address is not one of this machine alone.'
    : `PUBLIC_URL is ${publicUrl}, where only this machine gets to. Set it to where the provider reaches this API.`;
  return { what, ok, says: ok && isLoopback(publicUrl) ? 'The provider is on this machine too.' : says };
}
