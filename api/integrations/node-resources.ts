import type { Queryable } from '../../database/pool.ts';
import { isMessageNode } from '../../domain/first-message.ts';
import type { RunRow } from '../runs/read-run.ts';

/** What a message node of a run names and sends through now, by key. */
export interface NodeResources {
  readonly nodeId: string;
  readonly sender: string;
  readonly category: string;
  /** Null when there is none any more. */
  readonly integration: string | null;
}

/** The message nodes of a run, in their order. */
export async function resourcesOfRun(
  database: Queryable,
  { projectId, frozen }: Pick<RunRow, 'projectId' | 'frozen'>,
): Promise<readonly NodeResources[]> {
  const nodes = frozen.nodes.filter(isMessageNode);
  const { rows } = await database.query<NodeResources>(
    `SELECT node_id AS "nodeId", sender, category, integration.key AS integration
     FROM unnest($2::text[], $3::text[], $4::text[], $5::text[])
       WITH ORDINALITY AS node (node_id, sender, category, channel, position)
     LEFT JOIN sender_profile AS profile ON profile.project_id = $1 AND profile.key = node.sender
     LEFT JOIN integration
       ON integration.id = CASE channel WHEN 'sms' THEN sms_integration_id ELSE mms_integration_id END
     ORDER BY position`,
    [
      projectId,
      nodes.map(({ id }) => id),
      nodes.map(({ config }) => config['sender']),
      nodes.map(({ config }) => config['category']),
      nodes.map(({ type }) => type),
    ],
  );
  return rows;
}
