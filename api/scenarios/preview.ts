import { readBusinessClock } from '../../database/business-clock.ts';
import { isAdmitted } from '../../database/customer-facts.ts';
import { MessageLinks } from '../../database/message-links.ts';
import type { Connection } from '../../database/pool.ts';
import { inTransaction } from '../../database/transaction.ts';
import { PermanentError } from '../../domain/errors.ts';
import { isMessageNode } from '../../domain/first-message.ts';
import type { NumberedNode, ScenarioEdge } from '../../domain/scenario.ts';
import { pointerOf, type Problem } from '../../domain/validation/problem.ts';
import type { Project } from '../auth.ts';
import { findCustomerId } from '../customers/read-customer.ts';
import type { ApiDependencies } from '../dependencies.ts';
import type { PreviewInput, PreviewReport } from '../schemas/preview.ts';
import { readNamedMedia } from './named-media.ts';
import { checkScenario, readProjectResources, type ProjectResources } from './check-scenario.ts';
import { audienceOf, freezeNodes } from './freeze-scenario.ts';
import { readNodeFacts, readPreviewFrame, type NodeFacts, type PreviewFrame } from './preview-facts.ts';
import { assertMessageNode, badField } from './named-node.ts';
import { previewMessage } from './preview-message.ts';
import { readSubject, type PreviewSubject } from './preview-subject.ts';

/** A draft, stored or not. */
export interface PreviewedScenario {
  /** Null of one that is not stored. */
  readonly id: string | null;
  readonly name: string;
  readonly nodes: readonly NumberedNode[];
  readonly edges: readonly ScenarioEdge[];
}

/** How far before now an instant may be that still stands for now. */
const LEEWAY_MS = 60_000;

interface PreviewFacts {
  readonly subject: PreviewSubject;
  readonly at: number;
  readonly inAudience: boolean | null;
  readonly nodes: readonly NodeFacts[];
  readonly problems: readonly Problem[];
}

/**
 * Tells what a scenario's messages would say to one customer, and whether they would be sent; sends and stores nothing.
 *
 * It reads in a transaction that can't write, and renders after it. A node with problems is left out.
 * @throws ApiProblem `bad_body`, `not_found`
 */
export async function preview(
  deps: ApiDependencies,
  project: Project,
  scenario: PreviewedScenario,
  input: PreviewInput,
): Promise<PreviewReport> {
  assertMessageNode(scenario, input.node);
  const resources = await readProjectResources(deps.prisma, project.id);
  const customerId =
    input.customer === undefined ? undefined : await findCustomerId(deps, project.id, input.customer);
  const facts = await inTransaction(deps.pool, async (connection) => {
    await connection.query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY');
    return readFacts(connection, deps, { project, scenario, input, resources, customerId });
  });
  const { subject, at, inAudience } = facts;
  const { id, name } = scenario;
  const rendering = {
    renderPool: deps.renderPool,
    customer: subject.attributes,
    message: { link: new MessageLinks(deps.config).placeholder },
    scenario: { id, name },
    project: { id: project.id, name: project.name },
  };
  const messages: PreviewReport['messages'] = [];
  const problems = [...facts.problems];
  for (const node of facts.nodes) {
    const previewed = await previewMessage(rendering, node, indexOf(scenario, node.node.id));
    messages.push(previewed.message);
    problems.push(...previewed.problems);
  }
  const { customer, language } = subject;
  return { customer, language, at: new Date(at).toISOString(), inAudience, messages, problems };
}

interface FactsInput {
  readonly project: Project;
  readonly scenario: PreviewedScenario;
  readonly input: PreviewInput;
  readonly resources: ProjectResources;
  readonly customerId: string | undefined;
}

async function readFacts(
  connection: Connection,
  deps: ApiDependencies,
  { project, scenario, input, resources, customerId }: FactsInput,
): Promise<PreviewFacts> {
  const subject = await readSubject(connection, project.id, customerId, input);
  const now = await readBusinessClock(connection, project.id);
  const at = instantOf(input.at, now);
  const { publicUrl } = deps.config;
  const named = { projectId: project.id, nodes: scenario.nodes, publicUrl, lock: false };
  const problems = [...checkScenario(scenario, resources, await readNamedMedia(connection, named))];
  const sound = scenario.nodes.filter((_node, index) => isSound(index, problems));
  const frozen = freezeNodes({ nodes: sound, edges: scenario.edges, resources, publicUrl });
  const question = { projectId: project.id, customerId: customerId ?? null, aheadMs: at - now };
  const frame = await readPreviewFrame(connection, { question, frozen });
  const wanted = frozen.nodes.filter(
    (node) => isMessageNode(node) && (input.node === undefined || node.id === input.node),
  );
  const nodes: NodeFacts[] = [];
  for (const node of wanted) {
    const facts = await factsOrProblem(connection, deps, frame, { node, index: indexOf(scenario, node.id) });
    if ('primary' in facts) nodes.push(facts);
    else problems.push(facts);
  }
  const inAudience =
    customerId === undefined || !frozen.trigger
      ? null
      : await isAdmitted(connection, {
          projectId: project.id,
          customerId,
          filter: audienceOf(frozen.trigger),
        });
  return { subject, at, inAudience, nodes, problems };
}

async function factsOrProblem(
  connection: Connection,
  deps: ApiDependencies,
  frame: PreviewFrame,
  { node, index }: { readonly node: NumberedNode; readonly index: number },
): Promise<NodeFacts | Problem> {
  try {
    return await readNodeFacts(connection, deps, frame, node);
  } catch (error) {
    if (!(error instanceof PermanentError)) throw error;
    const { code, message } = error;
    return { pointer: pointerOf('nodes', index, 'config', 'sender'), code, message };
  }
}

function indexOf({ nodes }: PreviewedScenario, id: string): number {
  return nodes.findIndex((node) => node.id === id);
}

/** Whether nothing is wrong within a node; that no way leads to it does not matter. */
function isSound(index: number, problems: readonly Problem[]): boolean {
  return !problems.some(({ pointer }) => pointer.startsWith(`${pointerOf('nodes', index)}/`));
}

/** @throws ApiProblem `bad_body` */
function instantOf(at: string | undefined, now: number): number {
  const wanted = at === undefined ? now : Date.parse(at);
  if (wanted < now - LEEWAY_MS) {
    const clock = new Date(now).toISOString();
    throw badField(
      'at',
      'bad_field',
      `Nothing is sent in the past. By the project's clock it is ${clock} now.`,
    );
  }
  return Math.max(wanted, now);
}
