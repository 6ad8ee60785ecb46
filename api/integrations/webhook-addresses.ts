import type { z } from 'zod';
import type { IntegrationRow } from '../../database/read-integration.ts';
import { isProviderName, PROVIDER_KINDS } from '../../providers/catalogue.ts';
import type { MessageProvider } from '../../providers/provider.ts';
import type { integrationCheckView } from '../schemas/integration.ts';

type Address = z.input<typeof integrationCheckView>['webhooks'][number];

/** What the provider must be told beside an address, by how its webhooks are proven. */
const PROOF: Readonly<Record<string, string>> = {
  token: 'The end of the address proves what is posted: keep it to yourself.',
  basic: 'Have the provider send the user name and the secret as basic authentication.',
  header: 'Have the provider send the secret in the header that the integration names.',
  hmac: 'Have the provider sign with the secret in the header that the integration names.',
  sinch: 'Have Sinch sign the callbacks of the service plan with the secret.',
};

const NAMED = 'Every message names it: it need not be registered.';
const TO_REGISTER: Readonly<Record<string, string>> = {
  infobip: 'Register it as the address to which messages to your numbers are forwarded, of SMS and of MMS.',
  'sinch-sms': 'Register it as the callback address of the service plan.',
  'sinch-mms': 'Have Sinch register it as the postback address of the account.',
};

/** Where a provider posts what, and what is to be done about it there. */
export function webhooksOf(row: IntegrationRow, provider: MessageProvider): Address[] {
  const channels = isProviderName(row.provider) ? PROVIDER_KINDS[row.provider].channels : [];
  const reports = new Map(channels.map((channel) => [provider.reportUrl(channel), channel]));
  const inbound = provider.inboundUrl();
  const proof = PROOF[String(row.webhook['auth'])] ?? '';
  const toRegister = `${TO_REGISTER[row.provider] ?? 'Register it at the provider.'} ${proof}`;
  const all = 'Delivery reports and inbound messages';
  if (reports.has(inbound)) return [{ what: all, inbound: true, url: inbound, register: toRegister }];
  return [
    ...[...reports].map(([url, channel]) => ({
      what: reports.size === 1 ? 'Delivery reports' : `Delivery reports of ${channel.toUpperCase()}`,
      inbound: false,
      url,
      register: `${NAMED} ${proof}`,
    })),
    { what: 'Inbound messages', inbound: true, url: inbound, register: toRegister },
  ];
}
