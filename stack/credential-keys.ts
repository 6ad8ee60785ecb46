import { ConfigurationError } from '../config/environment.ts';
import type { CredentialKey } from '../domain/credential-key.ts';

/** Id of the key that the stack makes for a data folder. */
const MADE_KEY = 'made';

/**
 * Under which keys a stack stores credentials, the newest first: those that are given, then the one of its data folder, which has
 * sealed what was stored before any were given.
 * @param made 32 bytes in base64url; undefined where the database is not the stack's own
 * @throws ConfigurationError when another key is given under the id of that one
 */
export function stackCredentialKeys(
  given: readonly CredentialKey[] = [],
  made: string | undefined,
): readonly CredentialKey[] {
  if (made === undefined) return given;
  const own: CredentialKey = { id: MADE_KEY, key: Buffer.from(made, 'base64url') };
  const same = given.find(({ id }) => id === own.id);
  if (same && Buffer.compare(same.key, own.key) !== 0)
    throw new ConfigurationError(
      `CREDENTIAL_KEYS has a key "${MADE_KEY}", as the stack calls the one that it has made itself. Take another id.`,
    );
  return same ? given : [...given, own];
}

/** As a value of CREDENTIAL_KEYS. */
export function credentialKeysText(keys: readonly CredentialKey[]): string {
  return keys.map(({ id, key }) => `${id}:${Buffer.from(key).toString('base64')}`).join(',');
}
