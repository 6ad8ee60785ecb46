import type { Pool } from '../database/pool.ts';
import type { LedgerRow } from '../simulators/ledger.ts';
import { acceptancesOf } from './acceptances.ts';

/** Why messages could not be settled at a vendor that refuses no id a second time. */
export interface Doubts {
  /** Taken, and nobody ever told what became of them. */
  readonly untold: number;
  /** Offered and not taken: the answer said that the vendor had failed. */
  readonly failed: number;
  /** Never offered: their process was gone between the claim and the first byte. */
  readonly unoffered: number;
  /** Taken and told of: these should be settled. */
  readonly told: number;
}

/** Holds messages that are `unresolved` against the ledger. */
export async function countDoubts(pool: Pool, ledger: readonly LedgerRow[]): Promise<Doubts> {
  const accepted = acceptancesOf(ledger).map(({ id }) => id);
  const reported = ledger.flatMap((row) => (row.kind === 'reported' ? [row.id] : []));
  const offered = ledger.flatMap((row) => (row.kind === 'reported' ? [] : [row.id]));
  const { rows } = await pool.query<Record<keyof Doubts, string>>(
    `WITH judged AS (
       SELECT id::text = ANY ($1::text[]) AS accepted, id::text = ANY ($2::text[]) AS reported,
              id::text = ANY ($3::text[]) AS offered
       FROM message WHERE state = 'unresolved')
     SELECT count(*) FILTER (WHERE accepted AND NOT reported) AS untold,
            count(*) FILTER (WHERE offered AND NOT accepted) AS failed,
            count(*) FILTER (WHERE NOT offered) AS unoffered,
            count(*) FILTER (WHERE accepted AND reported) AS told
     FROM judged`,
    [accepted, reported, offered],
  );
  const [row] = rows;
  return {
    untold: Number(row?.untold ?? Number.NaN),
    failed: Number(row?.failed ?? Number.NaN),
    unoffered: Number(row?.unoffered ?? Number.NaN),
    told: Number(row?.told ?? Number.NaN),
  };
}
