import type { Channel } from './channel.ts';
import type { ProviderName } from './provider-names.ts';

/** Vendors with the integration of the stack, by its key, through which each channel goes: the key is its provider's name. */
export const VENDORS = {
  infobip: { mms: 'infobip', sms: 'infobip' },
  sinch: { mms: 'sinch-mms', sms: 'sinch-sms' },
} as const satisfies Record<string, Readonly<Record<Channel, ProviderName>>>;

export type Vendor = keyof typeof VENDORS;
export const VENDOR_NAMES = Object.keys(VENDORS) as readonly Vendor[];
