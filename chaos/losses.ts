import type { Pool } from '../database/pool.ts';
import { MESSAGE_STATES } from '../domain/states.ts';

export interface Losses {
  readonly customers: number;
  readonly messages: number;
  /** Entries without an end in the trace, or with several. */
  readonly entries: number;
  /** Rows without a named end. */
  readonly rows: number;
  readonly unknown: number;
  readonly unresolved: number;
  /** Given up because the gate refused their repeat. */
  readonly unresolvedGated: number;
  /** Receipts of known messages that were stored and not applied. */
  readonly receipts: number;
}

/** Looks for whatever has no end after all runs have ended. */
export async function countLosses(pool: Pool): Promise<Losses> {
  const { rows } = await pool.query<Record<keyof Losses, string>>(
    `SELECT
       (SELECT count(*) FROM entry) AS customers,
       (SELECT count(*) FROM message) AS messages,
       (SELECT count(*) FROM entry)
         - (SELECT coalesce(sum(bit_count(members)), 0) FROM trace WHERE exit IS NOT NULL) AS entries,
       (SELECT count(*) FROM message WHERE ended_at IS NULL OR NOT state = ANY ($1::text[])) AS rows,
       (SELECT count(*) FROM message WHERE state = 'unknown') AS unknown,
       (SELECT count(*) FROM message WHERE state = 'unresolved' AND coalesce(error, '') NOT LIKE 'repeat refused%')
         AS unresolved,
       (SELECT count(*) FROM message WHERE state = 'unresolved' AND error LIKE 'repeat refused%') AS "unresolvedGated",
       (SELECT count(*) FROM receipt JOIN message ON message.id::text = receipt.message_id
        WHERE receipt.folded_at IS NULL) AS receipts`,
    [MESSAGE_STATES],
  );
  const [row] = rows;
  if (!row) throw new Error('An aggregate answers one row.');
  return {
    customers: Number(row.customers),
    messages: Number(row.messages),
    entries: Math.abs(Number(row.entries)),
    rows: Number(row.rows),
    unknown: Number(row.unknown),
    unresolved: Number(row.unresolved),
    unresolvedGated: Number(row.unresolvedGated),
    receipts: Number(row.receipts),
  };
}
