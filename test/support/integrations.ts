import { WEBHOOK_SECRET } from './credentials.ts';

export interface IntegrationView {
  readonly id: string;
  readonly key: string;
  readonly provider: string;
  readonly channels: readonly string[];
  readonly baseUrl: string | null;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly webhook: Readonly<Record<string, unknown>>;
  readonly credentialsKeyId: string | null;
  readonly messagesPerCall: number;
  readonly idempotentIds: string;
  readonly senders: readonly string[];
}

export interface CheckView {
  readonly ok: boolean;
  readonly checks: readonly { readonly what: string; readonly ok: boolean; readonly says: string }[];
  readonly webhooks: readonly {
    readonly what: string;
    readonly inbound: boolean;
    readonly url: string;
    readonly register: string;
  }[];
}

/** A body that makes an integration of Infobip. */
export function newInfobip(
  key: string,
  more: Readonly<Record<string, unknown>> = {},
): Record<string, unknown> {
  return {
    key,
    provider: 'infobip',
    baseUrl: 'https://xyz.api.infobip.com',
    settings: {},
    credentials: { apiKey: 'an api key of infobip' },
    webhook: { auth: 'token', secret: WEBHOOK_SECRET },
    ...more,
  };
}

/** A body that makes an integration of Sinch's SMS API. */
export function newSinchSms(
  key: string,
  more: Readonly<Record<string, unknown>> = {},
): Record<string, unknown> {
  return {
    key,
    provider: 'sinch-sms',
    baseUrl: 'https://us.sms.api.sinch.com',
    settings: { servicePlanId: 'plan-1' },
    credentials: { apiToken: 'simulated-token' },
    webhook: { auth: 'token', secret: WEBHOOK_SECRET },
    ...more,
  };
}

/** A body that makes an integration of Sinch's MMS API. */
export function newSinchMms(
  key: string,
  more: Readonly<Record<string, unknown>> = {},
): Record<string, unknown> {
  return {
    key,
    provider: 'sinch-mms',
    baseUrl: 'https://api.ci.mblox.com',
    settings: { serviceId: '32113' },
    credentials: { apiKey: 'simulated-key' },
    webhook: { auth: 'token', secret: WEBHOOK_SECRET },
    ...more,
  };
}
