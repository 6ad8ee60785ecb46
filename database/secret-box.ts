import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { CredentialKey } from '../domain/credential-key.ts';
import { PermanentError } from '../domain/errors.ts';

const ALGORITHM = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Credentials as they are stored. */
export interface SealedSecrets {
  readonly keyId: string;
  /** Nonce, authentication tag and ciphertext. */
  readonly box: Buffer;
}

/**
 * Seals credentials with AES-256-GCM under the first of its keys, and opens what any of them has sealed.
 *
 * A box is bound to its owner: moved to another row it can't be opened.
 */
export class SecretBox {
  private readonly keys: readonly CredentialKey[];

  constructor(keys: readonly CredentialKey[]) {
    this.keys = keys;
  }

  /** @throws PermanentError `credentials_key_missing` when there is no key at all */
  seal(secrets: object, owner: string): SealedSecrets {
    const [first] = this.keys;
    if (!first) throw keyMissing();
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv(ALGORITHM, first.key, nonce).setAAD(Buffer.from(owner));
    const sealed = Buffer.concat([cipher.update(JSON.stringify(secrets), 'utf8'), cipher.final()]);
    return { keyId: first.id, box: Buffer.concat([nonce, cipher.getAuthTag(), sealed]) };
  }

  /** @returns what was sealed, not checked any further @throws PermanentError `credentials_key_missing`, `credentials_unreadable` */
  open({ keyId, box }: SealedSecrets, owner: string): unknown {
    const known = this.keys.find(({ id }) => id === keyId);
    if (!known) throw keyMissing(keyId);
    try {
      const nonce = box.subarray(0, NONCE_BYTES);
      const decipher = createDecipheriv(ALGORITHM, known.key, nonce, { authTagLength: TAG_BYTES })
        .setAAD(Buffer.from(owner))
        .setAuthTag(box.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
      const text = Buffer.concat([decipher.update(box.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()]);
      return JSON.parse(text.toString('utf8')) as unknown;
    } catch {
      throw new PermanentError(
        'credentials_unreadable',
        `The credentials were not sealed with the key "${keyId}" of CREDENTIAL_KEYS. Give the right key, or the credentials again.`,
      );
    }
  }

  /** Whether what a key has sealed would be sealed with the same one now. */
  isCurrent(keyId: string): boolean {
    return this.keys[0]?.id === keyId;
  }
}

function keyMissing(keyId?: string): PermanentError {
  const which = keyId === undefined ? 'a key' : `the key "${keyId}"`;
  return new PermanentError(
    'credentials_key_missing',
    `CREDENTIAL_KEYS lacks ${which}. Add it and start again.`,
  );
}
