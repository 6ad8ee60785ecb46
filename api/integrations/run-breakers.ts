import { readOpenBreakers, type OpenBreaker } from '../../database/breakers.ts';
import type { Queryable } from '../../database/pool.ts';
import type { RunRow } from '../runs/read-run.ts';
import { resourcesOfRun } from './node-resources.ts';

/** An open breaker that keeps messages of these nodes of a run in. */
export interface RunBreaker extends OpenBreaker {
  readonly nodes: readonly string[];
}

/** The open breakers of the integrations that a run's message nodes send through now. */
export async function breakersOfRun(
  database: Queryable,
  run: Pick<RunRow, 'projectId' | 'frozen'>,
): Promise<readonly RunBreaker[]> {
  const open = await readOpenBreakers(database, run.projectId);
  if (open.length === 0) return [];
  const resources = await resourcesOfRun(database, run);
  return open.flatMap((breaker) => {
    const own = resources.filter(({ integration }) => integration === breaker.integration);
    return own.length === 0 ? [] : [{ ...breaker, nodes: own.map(({ nodeId }) => nodeId) }];
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
