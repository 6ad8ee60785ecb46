import { createHmac, timingSafeEqual } from 'node:crypto';
import type { WebhookAuth } from '../domain/webhook-auth.ts';
import type { RawWebhook } from './provider.ts';

/**
 * How old a signed webhook may be. Sinch goes on for 22 h 45 min with one that was not answered, and whether it signs it anew
 * is not documented; what is told twice is applied once, so a longer window costs nothing.
 */
const MAX_AGE_MS = 24 * 3_600_000;
/** How far ahead the vendor's clock may be. */
const MAX_AHEAD_MS = 300_000;

/** The segment that stands for the secret in an address: it can't be turned back into it. */
export function addressToken(secret: string, purpose: string): string {
  return createHmac('sha256', secret).update(`webhook address ${purpose}`).digest('base64url');
}

/**
 * Tells whether a webhook comes from whom it should; what it must show is worked out once.
 * @param purpose what the token of the address was made for
 */
export function webhookVerifier(
  auth: WebhookAuth,
  purpose: string,
  now: () => number = Date.now,
): (request: RawWebhook) => boolean {
  switch (auth.kind) {
    case 'token': {
      const isToken = equalTo(addressToken(auth.secret, purpose));
      return (request) => isToken(request.path.at(-1));
    }
    case 'basic': {
      const credentials = Buffer.from(`${auth.username}:${auth.secret}`).toString('base64');
      const isBasic = equalTo(`Basic ${credentials}`);
      return (request) => isBasic(header(request, 'authorization'));
    }
    case 'header': {
      const isSecret = equalTo(auth.secret);
      return (request) => isSecret(header(request, auth.header));
    }
    case 'hmac':
      return (request) => {
        const signature = createHmac('sha256', auth.secret).update(request.body).digest();
        const given = header(request, auth.header);
        return equalTo(signature.toString('hex'))(given) || equalTo(signature.toString('base64'))(given);
      };
    case 'sinch':
      return (request) => {
        const nonce = header(request, 'x-sinch-webhook-signature-nonce') ?? '';
        const timestamp = header(request, 'x-sinch-webhook-signature-timestamp') ?? '';
        const age = now() - Number(timestamp || Number.NaN) * 1_000;
        const signature = createHmac('sha256', auth.secret)
          .update(request.body)
          .update(`.${nonce}.${timestamp}`)
          .digest('base64');
        const isSigned = equalTo(signature)(header(request, 'x-sinch-webhook-signature'));
        return isSigned && age <= MAX_AGE_MS && age >= -MAX_AHEAD_MS;
      };
  }
}

function header(request: RawWebhook, name: string): string | undefined {
  const value = request.headers[name.toLowerCase()];
  return typeof value === 'string' ? value : undefined;
}

/** Compares in a time that tells nothing but lengths. */
function equalTo(expected: string): (given: string | undefined) => boolean {
  const wanted = Buffer.from(expected);
  return (given) => {
    if (given === undefined) return false;
    const bytes = Buffer.from(given);
    return bytes.length === wanted.length && timingSafeEqual(bytes, wanted);
  };
}
