import type { z } from 'zod';
import { lockRecipients } from '../../database/claim-messages.ts';
import { eraseCustomer } from '../../database/customers/erase-customer.ts';
import { lockNumbers, repeatedly } from '../../database/customers/lock-numbers.ts';
import { storedPhone } from '../../database/customers/phone-number.ts';
import { phoneHash } from '../../database/phone-hash.ts';
import type { Connection, Pool, Queryable } from '../../database/pool.ts';
import { ensureRecipient } from '../../database/recipients.ts';
import {
  deleteTestRecipient,
  insertTestRecipient,
  readTestRecipients,
  updateTestRecipient,
  type TestRecipientRow,
  type WrittenTestRecipient,
} from '../../database/test-recipients.ts';
import { inTransaction } from '../../database/transaction.ts';
import { SERVED_COUNTRIES } from '../../domain/gate.ts';
import { entityTag, assertMatch, type IfMatch } from '../entity-tag.ts';
import { ApiProblem } from '../problem.ts';
import type { newTestRecipientBody, TestRecipientInput } from '../schemas/test-recipient.ts';

/** Where test recipients are kept, and the key under which numbers are known. */
export interface TestRecipientStore {
  readonly pool: Pool;
  readonly phoneKey: string;
  readonly projectId: string;
}

export function testRecipientTag({ id, revision }: Pick<TestRecipientRow, 'id' | 'revision'>): string {
  return entityTag({ id, revision });
}

/** @throws ApiProblem `test_recipient_exists`; `bad_body` when no message can go to the number */
export async function createTestRecipient(
  store: TestRecipientStore,
  { name, ...input }: z.output<typeof newTestRecipientBody>,
): Promise<void> {
  const { pool, projectId } = store;
  await repeatedly(() =>
    inTransaction(pool, async (connection) => {
      const written = await withNumber(connection, store, input);
      await lockRecipients(connection, [written.recipientId]);
      if (await insertTestRecipient(connection, { projectId, name }, written)) return;
      throw new ApiProblem(
        'test_recipient_exists',
        `There is a test recipient "${name}". Change that with PUT, or take another name.`,
      );
    }),
  );
}

/** @throws ApiProblem `not_found`, `precondition_failed`; `bad_body` when no message can go to the number */
export async function replaceTestRecipient(
  store: TestRecipientStore,
  name: string,
  input: TestRecipientInput,
  ifMatch: IfMatch,
): Promise<void> {
  const { pool, projectId } = store;
  await repeatedly(() =>
    inTransaction(pool, async (connection) => {
      const { customerId } = await readTestRecipient(connection, projectId, name);
      const written = await withNumber(connection, store, input);
      const customers = { projectId, column: 'id', values: [customerId] } as const;
      await lockNumbers(connection, customers, [written.recipientId]);
      const row = await readTestRecipient(connection, projectId, name, 'FOR UPDATE OF tester');
      assertMatch(ifMatch, testRecipientTag(row));
      await updateTestRecipient(connection, row, written);
    }),
  );
}

/** Its customer is erased as any other one. @throws ApiProblem `not_found`, `precondition_failed` */
export async function removeTestRecipient(
  { pool, projectId }: TestRecipientStore,
  name: string,
  ifMatch: IfMatch,
): Promise<void> {
  const { customerId } = await readTestRecipient(pool, projectId, name);
  await eraseCustomer(pool, projectId, customerId, async (connection) => {
    const row = await readTestRecipient(connection, projectId, name, 'FOR UPDATE OF tester');
    assertMatch(ifMatch, testRecipientTag(row));
    await deleteTestRecipient(connection, row.id);
  });
}

/** @throws ApiProblem `not_found` */
export async function readTestRecipient(
  database: Queryable,
  projectId: string,
  name: string,
  lock: 'FOR UPDATE OF tester' | '' = '',
): Promise<TestRecipientRow> {
  const [row] = await readTestRecipients(database, projectId, [name], lock);
  if (!row) throw new ApiProblem('not_found', 'There is no test recipient of this name.');
  return row;
}

async function withNumber(
  connection: Connection,
  { projectId, phoneKey }: TestRecipientStore,
  input: TestRecipientInput,
): Promise<WrittenTestRecipient> {
  const phone = storedPhone(input.phone);
  if (phone.state !== 'valid') throw badPhone('invalid_number', 'The number is not a valid one.');
  const { e164, country, lineType } = phone;
  if (country === null || !SERVED_COUNTRIES.includes(country))
    throw badPhone(
      'country_not_served',
      'The number is neither of the US (with its territories) nor of Canada.',
    );
  const number = { projectId, phoneHash: phoneHash(phoneKey, e164), country, lineType };
  return { ...input, phone: e164, recipientId: await ensureRecipient(connection, number) };
}

function badPhone(code: string, message: string): ApiProblem {
  return new ApiProblem('bad_body', message, { problems: [{ pointer: '/phone', code, message }] });
}
