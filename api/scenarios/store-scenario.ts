import type { Connection, Pool } from '../../database/pool.ts';
import { inTransaction } from '../../database/transaction.ts';
import type { NumberedNode, ScenarioEdge } from '../../domain/scenario.ts';
import { isUuid } from '../customers/read-customer.ts';
import { assertMatch, type IfMatch } from '../entity-tag.ts';
import { ApiProblem } from '../problem.ts';
import { graphOfInput, type ScenarioInput } from './document.ts';
import { numberActions } from './number-actions.ts';

/** A scenario's draft as it is stored. */
export interface StoredScenario {
  readonly id: string;
  readonly name: string;
  readonly nodes: readonly NumberedNode[];
  readonly edges: readonly ScenarioEdge[];
  readonly revision: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly archivedAt: Date | null;
}

export const SCENARIO_COLUMNS = `id, name, nodes, edges, revision, created_at AS "createdAt", updated_at AS "updatedAt",
  archived_at AS "archivedAt"`;

/** The entity tag of a draft: its revision, which every change raises. */
export function scenarioTag({ revision }: Pick<StoredScenario, 'revision'>): string {
  return `"${revision}"`;
}

export function createScenario(pool: Pool, projectId: string, input: ScenarioInput): Promise<StoredScenario> {
  return inTransaction(pool, (connection) => insertScenario(connection, projectId, input));
}

export async function insertScenario(
  connection: Connection,
  projectId: string,
  input: ScenarioInput,
): Promise<StoredScenario> {
  const { rows } = await connection.query<{ id: string }>(
    `INSERT INTO scenario (project_id, name, nodes, edges, revision) VALUES ($1, $2, '[]', '[]', 0) RETURNING id`,
    [projectId, input.name],
  );
  return writeDraft(connection, rows[0]?.id ?? '', 1, input);
}

/**
 * Replaces a draft; versions that were launched stay as they are.
 * @throws ApiProblem `not_found`, `precondition_failed`, `scenario_archived`
 */
export function replaceScenario(
  pool: Pool,
  projectId: string,
  id: string,
  input: ScenarioInput,
  ifMatch: IfMatch,
): Promise<StoredScenario> {
  return inTransaction(pool, async (connection) => {
    const scenario = await lockScenario(connection, projectId, id);
    assertMatch(ifMatch, scenarioTag(scenario));
    assertNotArchived(scenario);
    return writeDraft(connection, id, scenario.nextActionId, input);
  });
}

/** A draft that nobody else changes until the commit. @throws ApiProblem `not_found` */
export async function lockScenario(
  connection: Connection,
  projectId: string,
  id: string,
): Promise<StoredScenario & { readonly nextActionId: number }> {
  if (!isUuid(id)) throw unknownScenario();
  const { rows } = await connection.query<StoredScenario & { nextActionId: number }>(
    `SELECT ${SCENARIO_COLUMNS}, next_action_id AS "nextActionId" FROM scenario
     WHERE project_id = $1 AND id = $2 FOR NO KEY UPDATE`,
    [projectId, id],
  );
  if (!rows[0]) throw unknownScenario();
  return rows[0];
}

/** @throws ApiProblem `scenario_archived` */
export function assertNotArchived({ archivedAt }: Pick<StoredScenario, 'archivedAt'>): void {
  if (archivedAt === null) return;
  throw new ApiProblem(
    'scenario_archived',
    'The scenario is archived. Take it back with POST …/unarchive, or clone it.',
  );
}

/**
 * @param lock whether nobody may change it until the commit
 * @throws ApiProblem `not_found`
 */
export async function readScenario(
  database: Pick<Pool, 'query'>,
  projectId: string,
  id: string,
  lock: 'FOR SHARE' | '' = '',
): Promise<StoredScenario> {
  if (!isUuid(id)) throw unknownScenario();
  const { rows } = await database.query<StoredScenario>(
    `SELECT ${SCENARIO_COLUMNS} FROM scenario WHERE project_id = $1 AND id = $2 ${lock}`,
    [projectId, id],
  );
  if (!rows[0]) throw unknownScenario();
  return rows[0];
}

function unknownScenario(): ApiProblem {
  return new ApiProblem('not_found', 'There is no scenario with this id.');
}

async function writeDraft(
  connection: Connection,
  id: string,
  next: number,
  input: ScenarioInput,
): Promise<StoredScenario> {
  const known = await connection.query<{ node_id: string; action_id: number }>(
    'SELECT node_id, action_id FROM scenario_action WHERE scenario_id = $1',
    [id],
  );
  const byNode = new Map(known.rows.map((row) => [row.node_id, row.action_id]));
  const { nodes, edges } = graphOfInput(input);
  const numbered = numberActions(nodes, { next, byNode });
  const added = [...numbered.numbers.byNode].filter(([nodeId]) => !byNode.has(nodeId));
  await connection.query(
    `INSERT INTO scenario_action (scenario_id, node_id, action_id)
     SELECT $1, node_id, action_id FROM unnest($2::text[], $3::int[]) AS t (node_id, action_id)`,
    [id, added.map(([nodeId]) => nodeId), added.map(([, actionId]) => actionId)],
  );
  const { rows } = await connection.query<StoredScenario>(
    `UPDATE scenario SET name = $2, nodes = $3, edges = $4, next_action_id = $5, revision = revision + 1,
       updated_at = clock_timestamp()
     WHERE id = $1 RETURNING ${SCENARIO_COLUMNS}`,
    [id, input.name, JSON.stringify(numbered.nodes), JSON.stringify(edges), numbered.numbers.next],
  );
  if (!rows[0]) throw unknownScenario();
  return rows[0];
}
