import { lockMessages } from '../lock-order.ts';
import type { Connection, Pool } from '../pool.ts';
import { inTransaction } from '../transaction.ts';
import { lockNumbers, repeatedly, type Check } from './lock-numbers.ts';

/**
 * Erases a customer: attributes, number and the texts of messages in both directions go, ledger rows and trace stay by pseudonym.
 *
 * The recipient's row remembers an opt-out of the number: importing the customer again brings no consent back. Of what was
 * written to us goes whatever came from the customer's number, or from one when it was the customer's.
 * @returns false when there is no such customer
 */
export function eraseCustomer(
  pool: Pool,
  projectId: string,
  customerId: string,
  check?: Check,
): Promise<boolean> {
  return repeatedly(() => eraseOnce(pool, projectId, customerId, check));
}

function eraseOnce(pool: Pool, projectId: string, customerId: string, check?: Check): Promise<boolean> {
  return inTransaction(pool, async (connection) => {
    await lockNumbers(connection, { projectId, column: 'id', values: [customerId] });
    await check?.(connection);
    await connection.query(
      `DELETE FROM import_problem USING customer, import_job
       WHERE customer.project_id = $1 AND customer.id = $2 AND import_problem.external_id = customer.external_id
         AND import_job.id = import_problem.job_id AND import_job.project_id = $1`,
      [projectId, customerId],
    );
    await eraseInbound(connection, customerId);
    const { rowCount } = await connection.query(
      `UPDATE customer SET external_id = NULL, phone = NULL, phone_state = 'none', recipient_id = NULL, timezone = NULL,
         language = NULL, attributes = '{}', updated_at = clock_timestamp(), deleted_at = clock_timestamp()
       WHERE project_id = $1 AND id = $2 AND deleted_at IS NULL`,
      [projectId, customerId],
    );
    if (rowCount !== 1) return false;
    await connection.query(
      `WITH own AS (
         ${lockMessages({
           join: 'JOIN entry USING (month, cohort_id, member_index)',
           where: 'entry.customer_id = $1',
         })})
       UPDATE message SET to_number = NULL, content = NULL
       FROM own WHERE message.month = own.month AND message.id = own.id`,
      [customerId],
    );
    return true;
  });
}

async function eraseInbound(connection: Connection, customerId: string): Promise<void> {
  const whose = [
    'recipient_id = (SELECT recipient_id FROM customer WHERE id = $1)',
    // By its index: all who had the number when the message came.
    'customers @> ARRAY[$1::uuid]',
  ];
  for (const where of whose) {
    await connection.query(
      `UPDATE inbound_message SET from_number = NULL, subject = NULL, text = NULL, media = '{}', provider_keyword = NULL,
         customers = '{}', erased_at = clock_timestamp()
       WHERE ${where} AND erased_at IS NULL`,
      [customerId],
    );
  }
}
