import { createHmac } from 'node:crypto';
import type { WebhookAuth } from '../../domain/webhook-auth.ts';
import type { RawWebhook } from '../../providers/provider.ts';
import { addressToken, webhookVerifier } from '../../providers/webhook-auth.ts';

const SECRET = 'a secret of sixteen letters';
const PURPOSE = 'integration-1';
const BODY = Buffer.from('{"results":[{"messageId":"ünïcode"}]}');

function webhook(part: Partial<RawWebhook>): RawWebhook {
  return { path: ['reports', 'mms'], headers: {}, body: BODY, ...part };
}

const hmac = (body: Buffer, encoding: 'hex' | 'base64', secret = SECRET): string =>
  createHmac('sha256', secret).update(body).digest(encoding);
const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`;

/** Headers of Sinch's signature, made now unless told otherwise. */
function sinch({
  body = BODY,
  secret = SECRET,
  ageMs = 0,
  nonce = '01JHFFHWYY7HSS4FWTMDTQEK8V',
} = {}): Partial<RawWebhook> {
  const timestamp = String(Math.floor((Date.now() - ageMs) / 1_000));
  const signed = Buffer.concat([body, Buffer.from(`.${nonce}.${timestamp}`)]);
  return {
    headers: {
      'x-sinch-webhook-signature': hmac(signed, 'base64', secret),
      'x-sinch-webhook-signature-algorithm': 'HmacSHA256',
      'x-sinch-webhook-signature-nonce': nonce,
      'x-sinch-webhook-signature-timestamp': timestamp,
    },
  };
}

interface Kind {
  readonly auth: WebhookAuth;
  readonly right: readonly Partial<RawWebhook>[];
  readonly wrong: readonly Partial<RawWebhook>[];
}

const KINDS: Readonly<Record<WebhookAuth['kind'], Kind>> = {
  token: {
    auth: { kind: 'token', secret: SECRET },
    right: [{ path: ['reports', 'mms', addressToken(SECRET, PURPOSE)] }],
    wrong: [
      { path: [] },
      { path: ['reports', 'mms'] },
      { path: ['reports', 'mms', ''] },
      { path: ['reports', 'mms', SECRET] },
      { path: ['reports', 'mms', addressToken(SECRET, 'integration-2')] },
      { path: ['reports', 'mms', addressToken('another secret', PURPOSE)] },
      { path: ['reports', 'mms', addressToken(SECRET, PURPOSE).toUpperCase()] },
    ],
  },
  basic: {
    auth: { kind: 'basic', username: 'infobip', secret: SECRET },
    right: [{ headers: { authorization: basic(`infobip:${SECRET}`) } }],
    wrong: [
      {},
      { headers: { authorization: '' } },
      { headers: { authorization: basic('infobip:wrong') } },
      { headers: { authorization: basic(`other:${SECRET}`) } },
      { headers: { authorization: `Bearer ${SECRET}` } },
      { headers: { authorization: [basic(`infobip:${SECRET}`)] } },
    ],
  },
  header: {
    auth: { kind: 'header', header: 'X-Tidings', secret: SECRET },
    right: [{ headers: { 'x-tidings': SECRET } }],
    wrong: [
      {},
      { headers: { 'x-tidings': '' } },
      { headers: { 'x-tidings': `${SECRET} ` } },
      { headers: { 'x-tidings': SECRET.slice(0, -1) } },
      { headers: { 'x-other': SECRET } },
    ],
  },
  hmac: {
    auth: { kind: 'hmac', header: 'X-Signature', secret: SECRET },
    right: [
      { headers: { 'x-signature': hmac(BODY, 'hex') } },
      { headers: { 'x-signature': hmac(BODY, 'base64') } },
    ],
    wrong: [
      {},
      { headers: { 'x-signature': '' } },
      { headers: { 'x-signature': hmac(BODY, 'hex', 'another secret') } },
      // The signature is of the body as it came, byte by byte.
      { headers: { 'x-signature': hmac(BODY, 'hex') }, body: Buffer.concat([BODY, Buffer.from(' ')]) },
      { headers: { 'x-signature': hmac(BODY, 'hex') }, body: Buffer.from(BODY.toString('latin1')) },
      { headers: { 'x-signature': hmac(Buffer.alloc(0), 'hex') } },
    ],
  },
  sinch: {
    auth: { kind: 'sinch', secret: SECRET },
    right: [sinch(), sinch({ ageMs: 23 * 3_600_000 }), sinch({ ageMs: -200_000 }), sinch({ nonce: '' })],
    wrong: [
      {},
      sinch({ secret: 'another secret' }),
      sinch({ body: Buffer.from('other') }),
      { headers: { ...sinch().headers, 'x-sinch-webhook-signature-nonce': 'other' } },
      { headers: { ...sinch().headers, 'x-sinch-webhook-signature-timestamp': '1736760161' } },
      // An old one, signed rightly, that somebody posts again.
      sinch({ ageMs: 25 * 3_600_000 }),
      sinch({ ageMs: -600_000 }),
    ],
  },
};

describe.each(Object.entries(KINDS))('a webhook proven by %s', (_kind, { auth, right, wrong }) => {
  it.each(right.map((part) => [part]))('is believed with the right proof %#', (part) => {
    expect(webhookVerifier(auth, PURPOSE)(webhook(part))).toBe(true);
  });

  it.each(wrong.map((part) => [part]))(
    'is not believed with a wrong, missing or borrowed proof %#',
    (part) => {
      expect(webhookVerifier(auth, PURPOSE)(webhook(part))).toBe(false);
    },
  );
});

describe("Sinch's signature", () => {
  it('is the one of the example that Sinch tests its own clients with', () => {
    const timestamp = 1_736_760_161;
    const isAuthentic = webhookVerifier(
      { kind: 'sinch', secret: 'SMSWebhooksSecret' },
      PURPOSE,
      () => timestamp * 1_000,
    );
    const body =
      '{"at":"2025-01-13T09:22:40.914Z","batch_id":"01JHFFHQ0P99JPPNQPJDV7JTBP","client_reference":"a client reference",' +
      '"code":0,"operator_status_at":"2025-01-13T09:22:00Z","recipient":"33662162466","status":"Delivered",' +
      '"type":"recipient_delivery_report_sms"}';
    const headers = {
      'x-sinch-webhook-signature': 'ZoHei66PPN/kZjw7hFVfGhJOnml3iGNCMWoyQVcE5o0=',
      'x-sinch-webhook-signature-nonce': '01JHFFHWYY7HSS4FWTMDTQEK8V',
      'x-sinch-webhook-signature-timestamp': String(timestamp),
    };
    expect(isAuthentic(webhook({ body: Buffer.from(body), headers }))).toBe(true);
    expect(isAuthentic(webhook({ body: Buffer.from(body.replace('Delivered', 'Failed')), headers }))).toBe(
      false,
    );
  });
});

describe('the token of an address', () => {
  it('is long, fits into an address as it is, and does not give the secret away', () => {
    const token = addressToken(SECRET, PURPOSE);
    expect(token).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(token).not.toContain(SECRET);
    expect(addressToken(SECRET, PURPOSE)).toBe(token);
  });
});
