/** Vendors that there is an adapter for; `providers/registry.ts` makes them. */
export const PROVIDER_NAMES = ['infobip', 'sinch-sms', 'sinch-mms'] as const satisfies readonly string[];
export type ProviderName = (typeof PROVIDER_NAMES)[number];
