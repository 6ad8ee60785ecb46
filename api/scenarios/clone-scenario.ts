import type { Pool } from '../../database/pool.ts';
import { inTransaction } from '../../database/transaction.ts';
import type { ScenarioInput } from './document.ts';
import { insertScenario, readScenario, type StoredScenario } from './store-scenario.ts';

/**
 * Copies a draft, archived or not, into a scenario of its own: its nodes keep their ids and get numbers from 1 on.
 * @param name default `Copy of …`
 * @throws ApiProblem `not_found`
 */
export function cloneScenario(
  pool: Pool,
  {
    projectId,
    id,
    name,
  }: { readonly projectId: string; readonly id: string; readonly name?: string | undefined },
): Promise<StoredScenario> {
  return inTransaction(pool, async (connection) => {
    const original = await readScenario(connection, projectId, id);
    return insertScenario(connection, projectId, {
      name: name ?? copyName(original.name),
      nodes: original.nodes.map(withoutNumber),
      edges: [...original.edges],
    });
  });
}

const MAX_NAME = 100;

/** Cut to what a name may have, never within a character. */
function copyName(name: string): string {
  const characters = [...new Intl.Segmenter().segment(`Copy of ${name}`)];
  return characters
    .filter(({ index, segment }) => index + segment.length <= MAX_NAME)
    .map(({ segment }) => segment)
    .join('')
    .trim();
}

/** A node as its author would write it: a name that came from its number goes with the number. */
function withoutNumber({
  actionId,
  name,
  ...node
}: StoredScenario['nodes'][number]): ScenarioInput['nodes'][number] {
  const given = name !== undefined && name !== `${node.type}_${actionId ?? ''}`;
  return { ...node, config: { ...node.config }, ...(given && { name }) };
}
