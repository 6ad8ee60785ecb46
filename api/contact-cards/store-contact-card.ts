import { createHash } from 'node:crypto';
import type { z } from 'zod';
import {
  deleteContactCard,
  insertContactCard,
  readContactCard,
  updateContactCard,
  type ContactCardRow,
  type WrittenCard,
} from '../../database/contact-cards.ts';
import type { Pool, Queryable } from '../../database/pool.ts';
import { inTransaction } from '../../database/transaction.ts';
import { shownName, type ContactCard } from '../../domain/contact-card.ts';
import { writeVcard } from '../../domain/vcard.ts';
import { assertMatch, entityTag, type IfMatch } from '../entity-tag.ts';
import { ApiProblem } from '../problem.ts';
import type { newContactCardBody } from '../schemas/contact-card.ts';

/** Which card of which project. */
export interface CardPlace {
  readonly projectId: string;
  readonly key: string;
}

export function contactCardTag({ id, revision }: Pick<ContactCardRow, 'id' | 'revision'>): string {
  return entityTag({ id, revision });
}

/** @throws ApiProblem `contact_card_without_name`, `contact_card_exists` */
export async function createContactCard(
  pool: Pool,
  projectId: string,
  { key, ...card }: z.output<typeof newContactCardBody>,
): Promise<void> {
  const written = write(card);
  await inTransaction(pool, async (connection) => {
    if (await insertContactCard(connection, projectId, key, written)) return;
    throw new ApiProblem(
      'contact_card_exists',
      `There is a contact card "${key}". Change that with PUT, or take another key.`,
    );
  });
}

/** @throws ApiProblem `contact_card_without_name`, `not_found`, `precondition_failed` */
export async function replaceContactCard(
  pool: Pool,
  place: CardPlace,
  card: ContactCard,
  ifMatch: IfMatch,
): Promise<void> {
  const written = write(card);
  await inTransaction(pool, async (connection) => {
    const row = await readCard(connection, place, 'FOR UPDATE');
    assertMatch(ifMatch, contactCardTag(row));
    await updateContactCard(connection, row.id, written);
  });
}

/** @throws ApiProblem `not_found`, `precondition_failed` */
export function removeContactCard(pool: Pool, place: CardPlace, ifMatch: IfMatch): Promise<void> {
  return inTransaction(pool, async (connection) => {
    const row = await readCard(connection, place, 'FOR UPDATE');
    assertMatch(ifMatch, contactCardTag(row));
    await deleteContactCard(connection, row.id);
  });
}

/** @throws ApiProblem `not_found` */
export async function readCard(
  database: Queryable,
  { projectId, key }: CardPlace,
  lock: 'FOR UPDATE' | '' = '',
): Promise<ContactCardRow> {
  const row = await readContactCard(database, projectId, key, lock);
  if (!row) throw new ApiProblem('not_found', 'There is no contact card with this key.');
  return row;
}

function write(fields: ContactCard): WrittenCard {
  if (shownName(fields) === '') {
    const message =
      'A contact card needs a name, under which phones show it: give formattedName, or a part of name. ' +
      'Of a business it is what formattedName says.';
    const problems = [{ pointer: '/formattedName', code: 'contact_card_without_name', message }];
    throw new ApiProblem('contact_card_without_name', message, { problems });
  }
  const vcard = writeVcard(fields);
  return { fields, vcard, contentHash: createHash('sha256').update(vcard, 'utf8').digest('hex') };
}
