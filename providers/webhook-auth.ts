import { createHmac, timingSafeEqual } from 'node:crypto';
import type { WebhookAuth } from '../domain/webhook-auth.ts';
import type { RawWebhook } from './provider.ts';

/** The segment that stands for the secret in an address: it can't be turned back into it. */
export function addressToken(secret: string, purpose: string): string {
  return createHmac('sha256', secret).update(`webhook address ${purpose}`).digest('base64url');
}

/**
 * Tells whether a webhook comes from whom it should; what it must show is worked out once.
 * @param purpose what the token of the address was made for
 */
export function webhookVerifier(auth: WebhookAuth, purpose: string): (request: RawWebhook) => boolean {
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
