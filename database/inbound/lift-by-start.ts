import type { InboundMessage } from '../../domain/inbound-message.ts';
import { storableText } from '../../domain/storable.ts';
import type { Connection } from '../pool.ts';
import { liftSuppression, suppressionInForce, writeStoppedSenders } from '../suppressions.ts';

/**
 * Takes back what a STOP to the same sender has revoked; the recipient is locked.
 *
 * Nothing else: what was said in another way stays until an operator lifts it, a STOP to another sender until its own START. A
 * START that was written before the last STOP and came late lifts nothing.
 */
export async function liftByStart(
  connection: Connection,
  { projectId, recipientId, actor }: { projectId: string; recipientId: string; actor: string },
  { to, at }: Pick<InboundMessage, 'to' | 'at'>,
): Promise<void> {
  const sender = storableText(to);
  const inForce = await suppressionInForce(connection, recipientId);
  if (sender === '' || !inForce?.stoppedSenders.includes(sender)) return;
  const { rowCount } = await connection.query(
    `SELECT FROM inbound_message
     WHERE recipient_id = $1 AND sender = $2 AND keyword = 'stop' AND at >= to_timestamp($3) LIMIT 1`,
    [recipientId, sender, at / 1_000],
  );
  if (rowCount !== 0) return;
  const left = inForce.stoppedSenders.filter((other) => other !== sender);
  if (left.length > 0) return writeStoppedSenders(connection, inForce.id, left);
  await liftSuppression(connection, { projectId, id: inForce.id, actor, reason: `START to ${sender}` });
}
