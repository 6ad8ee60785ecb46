import type { Prisma } from '../../database/prisma.ts';
import type { ScenarioGraph, ScenarioNode } from '../../domain/scenario.ts';
import { pointerOf, type Problem } from '../../domain/validation/problem.ts';
import { suggest } from '../../domain/validation/suggest.ts';
import { validateGraph } from '../../domain/validation/validate-graph.ts';
import { NODE_CATALOGUE, nodeDefinition } from '../../nodes/types.ts';
import { checkTemplate } from '../../templates/check.ts';

/** What of a project a scenario may name. */
export interface ProjectResources {
  readonly senders: readonly { key: string; label: string; value: string; mms: boolean; sms: boolean }[];
  readonly categories: readonly { key: string; class: string }[];
}

export async function readProjectResources(prisma: Prisma, projectId: string): Promise<ProjectResources> {
  const [senders, categories] = await Promise.all([
    prisma.senderProfile.findMany({ where: { projectId }, orderBy: { key: 'asc' } }),
    prisma.consentCategory.findMany({ where: { projectId }, orderBy: { key: 'asc' } }),
  ]);
  return {
    senders: senders.map(({ key, label, value, mmsIntegrationId, smsIntegrationId }) => ({
      key,
      label,
      value,
      mms: mmsIntegrationId !== null,
      sms: smsIntegrationId !== null,
    })),
    categories,
  };
}

/** Everything that keeps a scenario from being launched; empty when nothing does. */
export function checkScenario(graph: ScenarioGraph, resources: ProjectResources): readonly Problem[] {
  return [
    ...validateGraph(graph, NODE_CATALOGUE),
    ...graph.nodes.flatMap((node, index) => checkNode(node, index, resources)),
  ];
}

function checkNode(node: ScenarioNode, index: number, resources: ProjectResources): readonly Problem[] {
  const definition = nodeDefinition(node.type, node.version);
  const parsed = definition?.config.safeParse(node.config);
  if (!definition || !parsed?.success) return [];
  const at = (setting: string): string => pointerOf('nodes', index, 'config', setting);
  const problems: Problem[] = [];
  const { sender, category, policy, channel } = definition.references?.(parsed.data) ?? {};
  if (sender !== undefined) {
    const profile = resources.senders.find(({ key }) => key === sender);
    if (!profile) {
      const known = resources.senders.map(({ key }) => key);
      problems.push(
        unknown(at('sender'), 'unknown_sender', `There is no sender "${sender}".`, sender, known),
      );
    } else if (channel && !profile[channel]) {
      problems.push({
        pointer: at('sender'),
        code: 'sender_without_integration',
        message: `The sender "${sender}" has no ${channel} integration. Choose another sender.`,
      });
    }
  }
  if (category !== undefined) {
    const known = resources.categories.map(({ key }) => key);
    const found = resources.categories.find(({ key }) => key === category);
    if (!found) {
      problems.push(
        unknown(
          at('category'),
          'unknown_category',
          `There is no consent category "${category}".`,
          category,
          known,
        ),
      );
    } else if (found.class === 'marketing' && policy === 'unlimited') {
      problems.push({
        pointer: at('policy'),
        code: 'policy_not_allowed',
        message: `The category "${category}" is marketing: the policy "unlimited" is for transactional ones only.`,
      });
    }
  }
  for (const [pointer, source] of Object.entries(definition.templates?.(parsed.data) ?? {})) {
    for (const message of checkTemplate(source)) {
      problems.push({
        pointer: pointerOf('nodes', index, 'config') + pointer,
        code: 'bad_template',
        message,
      });
    }
  }
  return problems;
}

/** An unknown key names all known ones: there are few of them. */
function unknown(
  pointer: string,
  code: string,
  sentence: string,
  key: string,
  known: readonly string[],
): Problem {
  const near = suggest(key, known);
  const list =
    known.length === 0 ? ' The project has none.' : ` Known: ${known.map((item) => `"${item}"`).join(', ')}.`;
  return { pointer, code, message: sentence + (near.includes('Known:') ? '' : near) + list };
}
