import { readOpenBreakers, type OpenBreaker } from '../../database/breakers.ts';
import type { Queryable } from '../../database/pool.ts';
import { isMessageNode } from '../../domain/first-message.ts';
import type { RunRow } from '../runs/read-run.ts';

/** An open breaker that keeps messages of these nodes of a run in. */
export interface RunBreaker extends OpenBreaker {
  readonly nodes: readonly string[];
}

/** The open breakers of the integrations that a run's message nodes send through now. */
export async function breakersOfRun(
  database: Queryable,
  { projectId, frozen }: Pick<RunRow, 'projectId' | 'frozen'>,
): Promise<readonly RunBreaker[]> {
  const open = await readOpenBreakers(database, projectId);
  if (open.length === 0) return [];
  const nodes = frozen.nodes.filter(isMessageNode);
  const { rows } = await database.query<{ node_id: string; integration: string }>(
    `SELECT node_id, integration.key AS integration
     FROM unnest($2::text[], $3::text[], $4::text[]) AS node (node_id, sender, channel)
     JOIN sender_profile AS profile ON profile.project_id = $1 AND profile.key = node.sender
     JOIN integration
       ON integration.id = CASE channel WHEN 'sms' THEN sms_integration_id ELSE mms_integration_id END`,
    [
      projectId,
      nodes.map(({ id }) => id),
      nodes.map(({ config }) => config['sender']),
      nodes.map(({ type }) => type),
    ],
  );
  return open.flatMap((breaker) => {
    const own = rows.filter(({ integration }) => integration === breaker.integration);
    return own.length === 0 ? [] : [{ ...breaker, nodes: own.map(({ node_id }) => node_id) }];
  });
}

/** Why nothing is sent through an integration. */
export function explainBreaker({ integration, since, statusCode, error, nextProbeAt }: OpenBreaker): string {
  const said = [statusCode, error].filter((text) => text !== null && text !== '').join(' ');
  return (
    `Nothing is offered through the integration "${integration}" since ${since.toISOString()}` +
    `${said === '' ? '' : `, when its provider answered "${said}"`}: whoever is to be sent to waits. ` +
    `One message is tried at ${nextProbeAt.toISOString()}.`
  );
}
