import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Queryable } from './pool.ts';

const CHECK_TEXT = 'tidings phone key check';

/** HMAC of an E.164 number: what a recipient is known by. A plain hash of a number could be guessed. */
export function phoneHash(phoneKey: string, e164: string): Buffer {
  return createHmac('sha256', phoneKey).update(e164).digest();
}

/**
 * Ties the database to its PHONE_KEY at the first start and refuses any other key later.
 *
 * With another key the same number would become a second recipient, and its opt-out would be forgotten.
 * @throws Error when the key is not the database's
 */
export async function assertPhoneKey(database: Queryable, phoneKey: string): Promise<void> {
  const check = phoneHash(phoneKey, CHECK_TEXT);
  await database.query('INSERT INTO installation (phone_key_check) VALUES ($1) ON CONFLICT (id) DO NOTHING', [
    check,
  ]);
  const { rows } = await database.query<{ phone_key_check: Buffer }>(
    'SELECT phone_key_check FROM installation',
  );
  const known = rows[0]?.phone_key_check;
  if (!known || known.length !== check.length || !timingSafeEqual(known, check)) {
    throw new Error(
      'PHONE_KEY is not the key that this database was first started with. Give the original key: ' +
        'with another one opted-out numbers would not be recognised.',
    );
  }
}
