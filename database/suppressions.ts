import { cancelQueuedOfRecipient } from './cancel-queued.ts';
import { lockRecipients } from './claim-messages.ts';
import type { Connection } from './pool.ts';
import { ensureRecipient, type RecipientNumber } from './recipients.ts';

/** What an opt-out says beside its number. */
export interface OptOutWord {
  readonly projectId: string;
  /** In the words of whoever took it down. */
  readonly reason: string | null;
  /** How it was heard of, such as `api`. */
  readonly source: string;
  readonly actor: string;
  /** Of a STOP that somebody sent: the sender of ours that it was sent to, whose START takes it back. */
  readonly stoppedSender?: string;
}

/** A number that is not to be written to any more, and who said so. */
export type OptOut = OptOutWord & RecipientNumber;

/** A suppression of a number: the one that is in force now. */
export interface Suppressed {
  readonly id: string;
  /** False where the number had opted out before: that one stays as it is. */
  readonly isNew: boolean;
}

/**
 * Stores a number's opt-out, whether a customer has the number or not.
 *
 * Takes the recipient's lock first, as every claim does: after the commit nothing of marketing is claimed for the
 * number. What waits in the ledger ends as `cancelled` with the reason `opted_out`; what was claimed before is left
 * alone. Runs in its caller's transaction, which may lose a lock and must then be repeated.
 */
export async function suppressNumber(connection: Connection, optOut: OptOut): Promise<Suppressed> {
  const recipientId = await ensureRecipient(connection, optOut);
  await lockRecipients(connection, [recipientId]);
  return suppressRecipient(connection, recipientId, optOut);
}

/** As {@link suppressNumber}, of a recipient that is there and locked. */
export async function suppressRecipient(
  connection: Connection,
  recipientId: string,
  { projectId, reason, source, actor, stoppedSender }: OptOutWord,
): Promise<Suppressed> {
  const { rows } = await connection.query<{ opted_out_at: Date }>(
    `UPDATE recipient SET opted_out_at = coalesce(opted_out_at, clock_timestamp()),
       opted_out_via = coalesce(opted_out_via, $2)
     WHERE id = $1 RETURNING opted_out_at`,
    [recipientId, source],
  );
  const known = await suppressionInForce(connection, recipientId);
  if (known) {
    await noteWord(connection, known, stoppedSender);
    return { id: known.id, isNew: false };
  }
  const senders = stoppedSender === undefined ? [] : [stoppedSender];
  const stored = await connection.query<{ id: string }>(
    `INSERT INTO suppression (project_id, recipient_id, reason, source, suppressed_at, suppressed_by, stopped_senders)
     VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id`,
    [projectId, recipientId, reason, source, rows[0]?.opted_out_at, actor, senders],
  );
  await cancelQueuedOfRecipient(connection, recipientId);
  return { id: stored.rows[0]?.id ?? '', isNew: true };
}

interface InForce {
  readonly id: string;
  /** To which senders a STOP was sent; empty where only an operator lifts it. */
  readonly stoppedSenders: readonly string[];
}

/** The suppression of a locked recipient that is in force. */
export async function suppressionInForce(
  connection: Connection,
  recipientId: string,
): Promise<InForce | undefined> {
  const { rows } = await connection.query<InForce>(
    `SELECT id, stopped_senders AS "stoppedSenders" FROM suppression WHERE recipient_id = $1 AND lifted_at IS NULL`,
    [recipientId],
  );
  return rows[0];
}

/** A STOP to another sender needs a START of its own; what was said in any other way no START takes back. */
async function noteWord(
  connection: Connection,
  { id, stoppedSenders }: InForce,
  sender: string | undefined,
): Promise<void> {
  if (stoppedSenders.length === 0 || (sender !== undefined && stoppedSenders.includes(sender))) return;
  await writeStoppedSenders(connection, id, sender === undefined ? [] : [...stoppedSenders, sender]);
}

export async function writeStoppedSenders(
  connection: Connection,
  id: string,
  senders: readonly string[],
): Promise<void> {
  await connection.query('UPDATE suppression SET stopped_senders = $2 WHERE id = $1', [id, senders]);
}

/**
 * Lifts a suppression: the number may be written to again by whatever consents it has.
 *
 * Its row stays and says who lifted it. `check` looks at it under the lock and throws to leave it in force.
 * @returns false when there is no such suppression in force
 */
export async function liftSuppression(
  connection: Connection,
  { projectId, id, actor, reason }: { projectId: string; id: string; actor: string; reason: string | null },
  check?: () => Promise<void>,
): Promise<boolean> {
  const { rows } = await connection.query<{ recipient_id: string }>(
    'SELECT recipient_id FROM suppression WHERE project_id = $1 AND id = $2',
    [projectId, id],
  );
  if (!rows[0]) return false;
  await lockRecipients(connection, [rows[0].recipient_id]);
  await check?.();
  const { rowCount } = await connection.query(
    `UPDATE suppression SET lifted_at = clock_timestamp(), lifted_by = $2, lift_reason = $3
     WHERE id = $1 AND lifted_at IS NULL`,
    [id, actor, reason],
  );
  if (rowCount !== 1) return false;
  await connection.query('UPDATE recipient SET opted_out_at = NULL, opted_out_via = NULL WHERE id = $1', [
    rows[0].recipient_id,
  ]);
  return true;
}
