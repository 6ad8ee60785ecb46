import type { InboundVendor, SentMessage } from '../inbound.ts';
import { SINCH_SMS_RETRIES } from '../retries.ts';
import { signatureHeaders } from './sign.ts';

/** Callbacks `mo_text` and `mo_media` of a plan. */
export function inboundOfSinchSms(secret: string | undefined): InboundVendor {
  return {
    write: (message) => {
      const body = JSON.stringify(callbackOf(message));
      return { body, headers: signatureHeaders(secret, body) };
    },
    ...SINCH_SMS_RETRIES,
  };
}

function callbackOf({ id, from, to, text, media, isMms, at }: SentMessage): object {
  const common = {
    type: isMms ? 'mo_media' : 'mo_text',
    id,
    from: from.replace(/^\+/, ''),
    to: to.replace(/^\+/, ''),
    received_at: new Date(at).toISOString(),
    operator_id: '310260',
  };
  if (!isMms) return { ...common, body: text };
  const files = media.map((url) => ({ url, content_type: 'image/jpeg', status: 'Uploaded', code: 0 }));
  return { ...common, body: { message: text, media: files } };
}
