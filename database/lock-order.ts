/**
 * SQL that locks the messages which fulfil a condition, in the order in which everybody locks them.
 *
 * Whoever changes several messages in one statement locks them so first: two who want the same ones then wait for
 * each other instead of ending in a deadlock. A run and recipients are locked before messages, hints after them.
 */
export function lockMessages({
  where,
  columns = 'message.month, message.id',
  join = '',
}: {
  where: string;
  columns?: string;
  join?: string;
}): string {
  return `
    SELECT ${columns} FROM message ${join} WHERE ${where}
    ORDER BY message.recipient_id, message.id FOR NO KEY UPDATE OF message`;
}
