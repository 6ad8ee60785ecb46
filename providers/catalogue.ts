import { PROVIDER_NAMES, type ProviderName } from '../domain/provider-names.ts';
import { INFOBIP } from './infobip/settings.ts';
import type { ProviderKind } from './provider-kind.ts';
import { SINCH_MMS } from './sinch-mms/settings.ts';
import { SINCH_SMS } from './sinch-sms/settings.ts';

/** Every vendor's API by name. */
export const PROVIDER_KINDS: Readonly<Record<ProviderName, ProviderKind>> = {
  infobip: INFOBIP,
  'sinch-sms': SINCH_SMS,
  'sinch-mms': SINCH_MMS,
};

export function isProviderName(name: string): name is ProviderName {
  return (PROVIDER_NAMES as readonly string[]).includes(name);
}
