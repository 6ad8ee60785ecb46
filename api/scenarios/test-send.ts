import type { Queryable } from '../../database/pool.ts';
import { readTestRecipients } from '../../database/test-recipients.ts';
import type { FrozenScenario } from '../../domain/scenario.ts';
import { pointerOf } from '../../domain/validation/problem.ts';
import { suggest } from '../../domain/validation/suggest.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { ApiProblem } from '../problem.ts';
import type { TestSendInput } from '../schemas/test-send.ts';
import { readProjectResources } from './check-scenario.ts';
import { launchOnce, type LaunchAnswer } from './launch-once.ts';
import { assertMessageNode } from './named-node.ts';
import { readFrozen } from './read-frozen.ts';
import { storeRun } from './store-run.ts';

export interface TestSend {
  readonly projectId: string;
  readonly scenarioId: string;
  readonly idempotencyKey: string;
  readonly body: TestSendInput;
}

/**
 * Stores a run of the draft that admits test recipients and nobody else; everything after that is as of any run.
 *
 * Waits last seconds. With a node its walk begins there and ends behind it.
 * @throws ApiProblem `invalid_scenario` with every reason, `bad_body`, `idempotency_key_reused`, `not_found`,
 *   `scenario_archived`
 */
export async function testSend(
  { pool, prisma, config }: ApiDependencies,
  { projectId, scenarioId, idempotencyKey, body }: TestSend,
): Promise<LaunchAnswer> {
  const resources = await readProjectResources(prisma, projectId);
  const request = { testSend: scenarioId, body };
  return launchOnce(pool, { projectId, idempotencyKey, request }, async (connection) => {
    const draft = { projectId, scenarioId, lock: 'FOR SHARE', isTest: true } as const;
    const frozen = await readFrozen(connection, { ...draft, resources, publicUrl: config.publicUrl });
    assertMessageNode(frozen, body.node);
    const testCustomers = await customersOf(connection, projectId, body.recipients);
    const tested = body.node === undefined ? frozen : onlyNode(frozen, body.node);
    const run = await storeRun(connection, { projectId, scenarioId, frozen: tested, testCustomers });
    return { ...run, test: true };
  });
}

/** The walk of one node, which ends behind it. */
function onlyNode(frozen: FrozenScenario, nodeId: string): FrozenScenario {
  const node = frozen.walk.nodes[nodeId];
  if (!node) throw new Error('A frozen scenario has all of its nodes.');
  return {
    ...frozen,
    nodes: frozen.nodes.filter(({ id }) => id === nodeId),
    edges: [],
    audience: null,
    walk: { startNodeId: nodeId, nodes: { [nodeId]: { ...node, outlets: {} } } },
  };
}

async function customersOf(
  database: Queryable,
  projectId: string,
  names: readonly string[],
): Promise<readonly string[]> {
  const rows = await readTestRecipients(database, projectId, names);
  const known = rows.map(({ name }) => name);
  const problems = names.flatMap((name, index) =>
    known.includes(name)
      ? []
      : [
          {
            pointer: pointerOf('recipients', index),
            code: 'unknown_test_recipient',
            message: `There is no test recipient "${name}".${suggest(name, known)}`,
          },
        ],
  );
  if (problems.length > 0)
    throw new ApiProblem('bad_body', problems.map(({ message }) => message).join(' '), { problems });
  return rows.map(({ customerId }) => customerId);
}
