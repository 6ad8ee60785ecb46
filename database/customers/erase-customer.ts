import { lockRecipients } from '../claim-messages.ts';
import type { Pool } from '../pool.ts';
import { inTransaction } from '../transaction.ts';

/**
 * Erases a customer: attributes, number and the texts of messages go, ledger rows and trace stay by pseudonym.
 *
 * The recipient's row remembers an opt-out of the number: importing the customer again brings no consent back.
 * @returns false when there is no such customer
 */
export function eraseCustomer(pool: Pool, projectId: string, customerId: string): Promise<boolean> {
  return inTransaction(pool, async (connection) => {
    const { rows } = await connection.query<{ recipient_id: string | null }>(
      'SELECT recipient_id FROM customer WHERE project_id = $1 AND id = $2 AND deleted_at IS NULL',
      [projectId, customerId],
    );
    const [customer] = rows;
    if (!customer) return false;
    if (customer.recipient_id !== null) await lockRecipients(connection, [customer.recipient_id]);
    const { rowCount } = await connection.query(
      `UPDATE customer SET external_id = NULL, phone = NULL, phone_state = 'none', recipient_id = NULL, timezone = NULL,
         language = NULL, attributes = '{}', updated_at = clock_timestamp(), deleted_at = clock_timestamp()
       WHERE id = $1 AND deleted_at IS NULL`,
      [customerId],
    );
    await connection.query(
      `UPDATE message SET to_number = NULL, content = NULL
       FROM entry
       WHERE entry.customer_id = $1 AND message.month = entry.month AND message.cohort_id = entry.cohort_id
         AND message.member_index = entry.member_index`,
      [customerId],
    );
    return rowCount === 1;
  });
}
