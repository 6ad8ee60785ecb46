import type { Channel } from '../domain/channel.ts';
import { stepOfProbe, type IdProbeState, type IdProbeStep } from '../domain/id-probe.ts';
import type { SubmitOutcome } from '../domain/outcome.ts';
import { providerText } from '../domain/provider-text.ts';
import type { ClaimedIdProbe } from './claim-id-probe.ts';
import type { Pool, Queryable } from './pool.ts';
import { inTransaction } from './transaction.ts';

/** How long a probe waits. */
export interface IdProbePauses {
  /** From one offer to the next. */
  readonly waitMs: number;
  /** Before a call of which nothing has left is made again, where the provider says nothing of it. */
  readonly retryMs: number;
}

/**
 * Writes down what a probe's call has come to, and with it what is known of the account.
 *
 * The integration is locked first: whoever makes another account of it abandons its probes under the same lock.
 * @returns the probe's state; undefined when its call was given up meanwhile
 */
export function recordIdProbe(
  pool: Pool,
  claim: ClaimedIdProbe,
  outcome: SubmitOutcome,
  pauses: IdProbePauses,
): Promise<IdProbeState | undefined> {
  return inTransaction(pool, async (connection) => {
    const { id, token, channel, integration } = claim;
    await connection.query('SELECT FROM integration WHERE id = $1 FOR NO KEY UPDATE', [integration.id]);
    const { rowCount } = await connection.query(
      'SELECT FROM id_probe WHERE id = $1 AND call_token = $2 FOR NO KEY UPDATE',
      [id, token],
    );
    if (rowCount !== 1) return undefined;
    const step = stepOfProbe(claim, outcome);
    const state = await takeIdProbeStep(connection, claim, step, pauses);
    if (state === 'verified' || state === 'not_verified')
      await noteChannel(connection, integration.id, { channel, isVerified: state === 'verified' });
    return state;
  });
}

/** Ends a claimed call that could not be made. */
export async function dropIdProbe(pool: Pool, { id, token }: ClaimedIdProbe, reason: string): Promise<void> {
  await pool.query(
    `UPDATE id_probe SET state = 'failed', reason = $3, call_token = NULL, due_at = NULL, ended_at = clock_timestamp()
     WHERE id = $1 AND call_token = $2`,
    [id, token, reason],
  );
}

/** Brings a probe, which must be locked, to its next state. */
export async function takeIdProbeStep(
  connection: Queryable,
  { id, state: before }: { readonly id: string; readonly state: IdProbeState },
  step: IdProbeStep,
  { waitMs, retryMs }: IdProbePauses,
): Promise<IdProbeState> {
  const ends = step.kind === 'end';
  const state = ends ? step.state : step.kind === 'wait' ? 'waiting' : before;
  const pauseMs = step.kind === 'again' ? Math.max(step.retryAfterMs ?? 0, retryMs) : waitMs;
  await connection.query(
    `UPDATE id_probe SET state = $2, reason = $3, status_code = $4, error = $5, call_token = NULL,
       due_at = CASE WHEN NOT $6 THEN clock_timestamp() + make_interval(secs => $7 / 1000.0) END,
       ended_at = CASE WHEN $6 THEN clock_timestamp() END
     WHERE id = $1`,
    [
      id,
      state,
      ends ? step.reason : null,
      ends && step.statusCode !== undefined ? providerText(step.statusCode) : null,
      ends && step.error !== undefined ? providerText(step.error) : null,
      ends,
      pauseMs,
    ],
  );
  return state;
}

async function noteChannel(
  connection: Queryable,
  integrationId: string,
  { channel, isVerified }: { readonly channel: Channel; readonly isVerified: boolean },
): Promise<void> {
  await connection.query(
    isVerified
      ? `UPDATE integration SET idempotent_ids = 'verified',
           verified_channels = array_remove(verified_channels, $2::text) || $2::text
         WHERE id = $1`
      : `UPDATE integration SET verified_channels = array_remove(verified_channels, $2::text),
           idempotent_ids = CASE WHEN array_remove(verified_channels, $2::text) = '{}' THEN 'no' ELSE 'verified' END
         WHERE id = $1`,
    [integrationId, channel],
  );
}
