import { z } from 'zod';

const KEY_BYTES = 32;

/**
 * Keys under which credentials of integrations are stored: `id:key`, separated by commas, each key 32 bytes in base64.
 *
 * The first seals what is written from now on; the others open what they have sealed before.
 */
export const credentialKeysSchema = z.string().transform((text, context) => {
  const keys = text.split(',').map((part) => {
    const [, id = '', key = ''] = /^\s*([\w-]{1,32}):([A-Za-z0-9+/_-]+={0,2})\s*$/.exec(part) ?? [];
    return { id, key: Buffer.from(key, 'base64') };
  });
  const ids = new Set(keys.map(({ id }) => id));
  if (keys.some(({ id, key }) => id === '' || key.length !== KEY_BYTES) || ids.size < keys.length) {
    context.addIssue('must be a list such as 2026:<32 bytes in base64>, each id once');
    return z.NEVER;
  }
  return keys;
});
