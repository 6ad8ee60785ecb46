import type { InboundVendor, SentMessage } from '../inbound.ts';
import { INFOBIP_RETRIES } from '../retries.ts';
import { stamp } from './wire.ts';

/** Infobip's formats `MO_JSON_2` and `MO_MMS_2`. */
export function inboundOfInfobip(headers: Readonly<Record<string, string>>): InboundVendor {
  return {
    write: (message) => ({
      headers,
      body: JSON.stringify({ results: [resultOf(message)], messageCount: 1, pendingMessageCount: 0 }),
    }),
    ...INFOBIP_RETRIES,
  };
}

function resultOf({ id, from, to, text, media, isMms, at }: SentMessage): object {
  const common = {
    messageId: id,
    from: from.replace(/^\+/, ''),
    to: to.replace(/^\+/, ''),
    receivedAt: stamp(at),
    price: { pricePerMessage: 0, currency: 'USD' },
  };
  if (isMms) {
    const files = media.map((url) => ({ contentType: 'image/jpeg', url }));
    const texts = text === '' ? [] : [{ contentType: 'text/plain', value: text }];
    return { ...common, message: [...files, ...texts] };
  }
  const [keyword = '', ...rest] = text.trim().split(/\s+/);
  return { ...common, text, cleanText: rest.join(' '), keyword: keyword.toUpperCase(), smsCount: 1 };
}
