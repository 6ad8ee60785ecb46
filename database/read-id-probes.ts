import type { Channel } from '../domain/channel.ts';
import type { IdProbeState } from '../domain/id-probe.ts';
import type { Queryable } from './pool.ts';

/** A probe of an account's ids, as operators see it. */
export interface IdProbeRow {
  readonly integrationId: string;
  readonly id: string;
  readonly state: IdProbeState;
  readonly channel: Channel;
  readonly sender: string;
  /** Name of the test recipient; null once it is removed. */
  readonly to: string | null;
  /** When the message or its repeat is offered; null once it has ended. */
  readonly dueAt: Date | null;
  readonly reason: string | null;
  readonly statusCode: string | null;
  readonly error: string | null;
  readonly createdAt: Date;
  readonly endedAt: Date | null;
}

/** The latest probe of each integration of a project that has one. */
export async function readLatestIdProbes(
  database: Queryable,
  projectId: string,
): Promise<readonly IdProbeRow[]> {
  const { rows } = await database.query<IdProbeRow>(
    `SELECT probe.integration_id AS "integrationId", probe.id, probe.state, probe.channel, probe.sender, tester.name AS to,
            probe.due_at AS "dueAt", probe.reason, probe.status_code AS "statusCode", probe.error,
            probe.created_at AS "createdAt", probe.ended_at AS "endedAt"
     FROM integration
     CROSS JOIN LATERAL (
       SELECT * FROM id_probe WHERE integration_id = integration.id ORDER BY created_at DESC, id LIMIT 1) AS probe
     LEFT JOIN test_recipient AS tester ON tester.id = probe.test_recipient_id
     WHERE integration.project_id = $1`,
    [projectId],
  );
  return rows;
}
