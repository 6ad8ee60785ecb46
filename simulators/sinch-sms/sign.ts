import { createHmac, randomUUID } from 'node:crypto';

/** The headers with which Sinch proves a callback; none without a secret. */
export function signatureHeaders(secret: string | undefined, body: string): Readonly<Record<string, string>> {
  if (secret === undefined) return {};
  const nonce = randomUUID();
  const timestamp = String(Math.floor(Date.now() / 1_000));
  const signature = createHmac('sha256', secret).update(`${body}.${nonce}.${timestamp}`).digest('base64');
  return {
    'x-sinch-webhook-signature': signature,
    'x-sinch-webhook-signature-algorithm': 'HmacSHA256',
    'x-sinch-webhook-signature-nonce': nonce,
    'x-sinch-webhook-signature-timestamp': timestamp,
  };
}
