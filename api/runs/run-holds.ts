import { listHolds, type Hold } from '../../database/holds.ts';
import type { Queryable } from '../../database/pool.ts';
import { asSentence, explainRun } from '../../domain/explanations.ts';
import { resourcesOfRun } from '../integrations/node-resources.ts';
import { hasEnded, type RunRow } from './read-run.ts';

/** A hold that keeps messages of these nodes of a run in. */
export interface RunHold extends Hold {
  readonly nodes: readonly string[];
}

/** The holds that keep something of a run now; none once it has ended. */
export async function holdsOfRun(
  database: Queryable,
  run: Pick<RunRow, 'projectId' | 'frozen' | 'state'>,
): Promise<readonly RunHold[]> {
  if (hasEnded(run)) return [];
  const holds = await listHolds(database, run.projectId);
  if (holds.length === 0) return [];
  const resources = await resourcesOfRun(database, run);
  return holds.flatMap((hold) => {
    const kept = resources.filter((node) => keeps(hold, node));
    return kept.length === 0 ? [] : [{ ...hold, nodes: kept.map(({ nodeId }) => nodeId) }];
  });
}

/** Whether a hold keeps messages in that name and go through these, by key. */
export function keeps({ scope, key }: Hold, node: Readonly<Record<Keyed, string | null>>): boolean {
  return scope === 'account' || scope === 'project' || node[scope] === key;
}

type Keyed = Exclude<Hold['scope'], 'account' | 'project'>;

/** Why nothing of a hold's target is sent. */
export function explainHold({ scope, key, reason, actor, since }: Hold): string {
  const target = key === null ? `The ${scope}` : `The ${scope} "${key}"`;
  return (
    `${target} is held since ${since.toISOString()} (${actor}): ${asSentence(reason)} ` +
    'Whoever is to be sent to waits until the hold is lifted.'
  );
}

/** Why nothing of a run is sent while it is paused; empty when it is not. */
export function explainPause({ state, stateReason }: Pick<RunRow, 'state' | 'stateReason'>): string {
  if (state !== 'paused') return '';
  const why = explainRun(stateReason) ?? asSentence(stateReason ?? 'no reason was given');
  return `The run is paused: ${why} Nothing of it is sent until it is resumed.`;
}
