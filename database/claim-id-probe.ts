import { randomUUID } from 'node:crypto';
import type { Channel } from '../domain/channel.ts';
import type { ProjectMode } from '../domain/gate.ts';
import { stepOfProbe, type IdProbeReason, type IdProbeState } from '../domain/id-probe.ts';
import { passesBreaker, type ProbePauses } from './breakers.ts';
import { lockRecipients } from './claim-messages.ts';
import { DUE_BY } from './due-by.ts';
import type { Connection, Pool } from './pool.ts';
import { INTEGRATION_JSON, type IntegrationRow } from './read-integration.ts';
import { takeIdProbeStep } from './record-id-probe.ts';
import { inTransaction, lockHoldsForClaim } from './transaction.ts';

/** A probe whose call may be made now. */
export interface ClaimedIdProbe {
  readonly id: string;
  readonly state: 'sending' | 'waiting';
  readonly calls: number;
  readonly channel: Channel;
  readonly sender: string;
  readonly to: string;
  readonly token: string;
  readonly integration: IntegrationRow;
  /** Of the claim, by `performance.now()`. */
  readonly committedAfter: number;
}

export interface IdProbeTerms {
  /** From one offer to the next. */
  readonly waitMs: number;
  readonly claimGraceMs: number;
  /** Pause of what a hold or an open breaker puts off. */
  readonly recheckMs: number;
  readonly retryMs: number;
  readonly breakerProbeMs: ProbePauses;
  /** What forbids to call a number at all. */
  readonly forbids: (call: {
    readonly mode: ProjectMode;
    readonly to: string;
    readonly integration: IntegrationRow;
  }) => IdProbeReason | undefined;
}

interface Row {
  readonly id: string;
  readonly project_id: string;
  readonly state: Extract<IdProbeState, 'sending' | 'waiting'>;
  readonly calls: number;
  readonly channel: Channel;
  readonly sender_id: string;
  readonly sender: string;
  readonly call_token: string | null;
  readonly integration: IntegrationRow;
}

/**
 * Claims the call of a probe that is due: that it is made is written down before it is.
 *
 * A call that nobody recorded died with its process; what follows from that is in `stepOfProbe`. As every send it waits for holds and
 * breakers, and an opt-out of its number forbids it.
 * @returns `none` when none is due, `settled` when one was due and there is no call to make
 */
export function claimIdProbe(pool: Pool, terms: IdProbeTerms): Promise<ClaimedIdProbe | 'none' | 'settled'> {
  return inTransaction(pool, async (connection) => {
    const due = await readDue(connection);
    if (!due) return 'none';
    await lockHoldsForClaim(connection, due.projectId);
    // Before the probe: whoever erases its test recipient locks in this order too.
    await lockRecipients(connection, [due.recipientId]);
    const row = await takeDue(connection, due.id);
    if (!row) return 'settled';
    if (row.call_token !== null) {
      await takeIdProbeStep(connection, row, stepOfProbe(row, undefined), terms);
      return 'settled';
    }
    const passage = await passageOf(connection, row, terms);
    if (typeof passage === 'string') {
      const state = passage === 'test_recipient_gone' ? 'abandoned' : 'failed';
      await takeIdProbeStep(connection, row, { kind: 'end', state, reason: passage }, terms);
      return 'settled';
    }
    if (passage.isHeld || !(await passesBreaker(connection, row.integration.id, terms.breakerProbeMs))) {
      await connection.query(
        `UPDATE id_probe SET due_at = clock_timestamp() + make_interval(secs => $2 / 1000.0) WHERE id = $1`,
        [row.id, terms.recheckMs],
      );
      return 'settled';
    }
    const token = randomUUID();
    await connection.query(
      `UPDATE id_probe SET call_token = $2, calls = calls + 1,
         due_at = clock_timestamp() + make_interval(secs => $3 / 1000.0) WHERE id = $1`,
      [row.id, token, terms.claimGraceMs],
    );
    const { id, state, channel, sender, integration } = row;
    const calls = row.calls + 1;
    const committedAfter = performance.now();
    return { id, state, calls, channel, sender, to: passage.to, token, integration, committedAfter };
  });
}

async function readDue(
  connection: Connection,
): Promise<{ readonly id: string; readonly projectId: string; readonly recipientId: string } | undefined> {
  const { rows } = await connection.query<{ id: string; projectId: string; recipientId: string }>(
    `SELECT probe.id, project_id AS "projectId", recipient_id AS "recipientId"
     FROM id_probe AS probe JOIN integration ON integration.id = probe.integration_id
     WHERE probe.due_at <= ${DUE_BY} ORDER BY probe.due_at LIMIT 1`,
  );
  return rows[0];
}

/** Nothing when somebody else has taken it meanwhile. */
async function takeDue(connection: Connection, id: string): Promise<Row | undefined> {
  const { rows } = await connection.query<Row>(
    `SELECT probe.id, integration.project_id, probe.state, probe.calls, probe.channel, probe.sender_id, probe.sender,
            probe.call_token, ${INTEGRATION_JSON} AS integration
     FROM id_probe AS probe JOIN integration ON integration.id = probe.integration_id
     WHERE probe.id = $1 AND probe.due_at <= ${DUE_BY} FOR NO KEY UPDATE OF probe SKIP LOCKED`,
    [id],
  );
  return rows[0];
}

/** Whom the call goes to, and whether it has to wait; or why it is never made. The recipient must be locked. */
async function passageOf(
  connection: Connection,
  { id, project_id: projectId, sender_id: senderId, integration }: Row,
  { forbids }: IdProbeTerms,
): Promise<IdProbeReason | { readonly to: string; readonly isHeld: boolean }> {
  const { rows } = await connection.query<{
    mode: ProjectMode;
    to: string | null;
    opted_out: boolean;
    held: boolean;
  }>(
    `SELECT project.mode, customer.phone AS to, recipient.opted_out_at IS NOT NULL AS opted_out,
            EXISTS (SELECT FROM hold WHERE (scope, target_id) IN (
              ('account', project.account_id), ('project', project.id), ('sender', $3::uuid),
              ('integration', probe.integration_id))) AS held
     FROM id_probe AS probe
     JOIN project ON project.id = $2
     JOIN recipient ON recipient.id = probe.recipient_id
     LEFT JOIN test_recipient AS tester ON tester.id = probe.test_recipient_id
     LEFT JOIN customer ON customer.id = tester.customer_id AND customer.recipient_id = probe.recipient_id
       AND customer.deleted_at IS NULL
     WHERE probe.id = $1`,
    [id, projectId, senderId],
  );
  const [row] = rows;
  if (!row || row.to === null) return 'test_recipient_gone';
  if (row.opted_out) return 'opted_out';
  const { mode, to } = row;
  return forbids({ mode, to, integration }) ?? { to, isHeld: row.held };
}
