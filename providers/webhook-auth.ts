import { createHmac, timingSafeEqual } from 'node:crypto';
import type { WebhookAuth } from '../domain/webhook-auth.ts';
import type { RawWebhook } from './provider.ts';

/** The segment that stands for the secret in an address: it can't be turned back into it. */
export function addressToken(secret: string, purpose: string): string {
  return createHmac('sha256', secret).update(`webhook address ${purpose}`).digest('base64url');
}

/** @param purpose what the token of the address was made for */
export function isAuthentic(auth: WebhookAuth, request: RawWebhook, purpose: string): boolean {
  switch (auth.kind) {
    case 'token':
      return isSame(request.path.at(-1), addressToken(auth.secret, purpose));
    case 'basic': {
      const expected = Buffer.from(`${auth.username}:${auth.secret}`).toString('base64');
      return isSame(header(request, 'authorization'), `Basic ${expected}`);
    }
    case 'header':
      return isSame(header(request, auth.header), auth.secret);
    case 'hmac': {
      const signature = createHmac('sha256', auth.secret).update(request.body);
      const bytes = signature.digest();
      const given = header(request, auth.header);
      return isSame(given, bytes.toString('hex')) || isSame(given, bytes.toString('base64'));
    }
  }
}

function header(request: RawWebhook, name: string): string | undefined {
  const value = request.headers[name.toLowerCase()];
  return typeof value === 'string' ? value : undefined;
}

function isSame(given: string | undefined, expected: string): boolean {
  if (given === undefined) return false;
  const a = Buffer.from(given);
  const b = Buffer.from(expected);
  return a.length === b.length && timingSafeEqual(a, b);
}
