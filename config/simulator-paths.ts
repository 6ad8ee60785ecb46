import type { ProviderName } from '../domain/provider-names.ts';

/** Below which path of the simulator's process each vendor's API stands. */
export const SIMULATOR_PATHS: Readonly<Record<ProviderName, string>> = {
  infobip: '',
  'sinch-sms': '/sinch-sms',
  'sinch-mms': '/sinch-mms',
};

/** What follows it in a base URL. */
export const API_PATHS: Readonly<Record<ProviderName, string>> = {
  infobip: '',
  'sinch-sms': '',
  'sinch-mms': '/ep/v2',
};
