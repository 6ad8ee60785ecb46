import { request } from 'undici';
import type { ProviderName } from '../domain/provider-names.ts';
import type { Door } from './doors.ts';
import { ApiClient } from './api-client.ts';
import type { StackAccess } from './state-file.ts';

/** What a simulator calls the address at which it posts inbound messages; Sinch's MMS API posts everything to one. */
const ADDRESS: Readonly<Record<ProviderName, string>> = {
  infobip: 'inbound-url',
  'sinch-sms': 'inbound-url',
  'sinch-mms': 'postback-url',
};

/**
 * Tells the simulators where they post what no message names an address for, as an operator tells the vendors: it is a setting of
 * the account there.
 * @throws Error when the API or a simulator refuses
 */
export async function registerPostbacks(
  { api, apiKey }: Pick<StackAccess, 'api' | 'apiKey'>,
  doors: readonly Door[],
): Promise<void> {
  const client = new ApiClient(api, apiKey);
  const simulated = doors.filter(({ simulator }) => simulator !== undefined);
  if (simulated.length === 0) return;
  const { integrations } = await client.integrations();
  for (const { provider, simulator = '' } of simulated) {
    const integration = integrations.find(({ key }) => key === provider);
    if (!integration) continue;
    const { webhooks } = await client.checkIntegration(integration.id);
    const url = webhooks.find(({ inbound }) => inbound)?.url;
    if (url !== undefined) await tell(`${simulator}/_simulator/${ADDRESS[provider]}`, url);
  }
}

async function tell(address: string, url: string): Promise<void> {
  const answer = await request(address, { method: 'PUT', body: JSON.stringify({ url }) });
  await answer.body.dump();
  if (answer.statusCode !== 200)
    throw new Error('A simulator did not take the address of inbound messages and postbacks.');
}
