import { createHash, randomBytes, randomInt } from 'node:crypto';
import { API_KEY_PATTERN } from '../domain/api-key.ts';

const SHORT_ID_LETTERS = 'abcdefghijkmnpqrstuvwxyz23456789';

/** What is stored of an API key. */
export interface StoredApiKey {
  /** The part by which it is found; not secret. */
  readonly shortId: string;
  /** SHA-256 of the secret part: 256 random bits need no slow hash. */
  readonly secretHash: Uint8Array;
}

export interface NewApiKey extends StoredApiKey {
  /** Shown once. */
  readonly key: string;
}

export function newApiKey(): NewApiKey {
  const shortId = Array.from({ length: 8 }, () => SHORT_ID_LETTERS[randomInt(SHORT_ID_LETTERS.length)]).join(
    '',
  );
  const secret = randomBytes(32).toString('base64url');
  return { key: `tdg_${shortId}_${secret}`, shortId, secretHash: hashOf(secret) };
}

/** The parts of a key as they are stored. @returns undefined when the text is no key */
export function parseApiKey(key: string): StoredApiKey | undefined {
  const [, shortId, secret] = API_KEY_PATTERN.exec(key) ?? [];
  return shortId && secret ? { shortId, secretHash: hashOf(secret) } : undefined;
}

function hashOf(secret: string): Uint8Array {
  return new Uint8Array(createHash('sha256').update(secret).digest());
}
