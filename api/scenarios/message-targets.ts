import { readOpenBreakers, type OpenBreaker } from '../../database/breakers.ts';
import { listHolds, type Hold } from '../../database/holds.ts';
import { readMessageResources } from '../../database/message-resources.ts';
import type { Queryable } from '../../database/pool.ts';
import type { Channel } from '../../domain/channel.ts';
import { PermanentError } from '../../domain/errors.ts';
import { isMessageNode } from '../../domain/first-message.ts';
import type { ConsentClass } from '../../domain/gate.ts';
import type { FrozenScenario, NumberedNode } from '../../domain/scenario.ts';
import type { ProviderRegistry } from '../../providers/registry.ts';
import { nodeDefinition } from '../../nodes/types.ts';
import { attributesOf } from '../../templates/attributes.ts';

/** A message node with what it names, as it is now. */
export interface MessageTarget {
  readonly nodeId: string;
  readonly categoryId: string;
  readonly consentClass: ConsentClass;
  readonly providerIsLocal: boolean;
  /** Why nothing can be called for it, if so. */
  readonly notConfigured: string | undefined;
  readonly holds: readonly Hold[];
  /** The open breaker of its integration. */
  readonly breaker: OpenBreaker | undefined;
  /** The customer's attributes that its templates name. */
  readonly attributes: readonly string[];
}

/** Every message node of a scenario that has been checked. */
export async function readMessageTargets(
  database: Queryable,
  providers: ProviderRegistry,
  projectId: string,
  frozen: FrozenScenario,
): Promise<readonly MessageTarget[]> {
  const holds = await listHolds(database, projectId);
  const breakers = await readOpenBreakers(database, projectId);
  const targets: MessageTarget[] = [];
  for (const node of frozen.nodes.filter(isMessageNode)) {
    const { sender, category } = node.config as { sender: string; category: string };
    const channel = node.type as Channel;
    const resources = await readMessageResources(database, projectId, { sender, category, channel });
    const { integration, categoryId, consentClass } = resources;
    const keys: Readonly<Record<string, string>> = { sender, category, integration: integration.key };
    targets.push({
      nodeId: node.id,
      categoryId,
      consentClass,
      ...localityOf(() => providers.isLocal(integration)),
      holds: holds.filter(({ scope, key }) => key === null || keys[scope] === key),
      breaker: breakers.find((open) => open.integration === integration.key),
      attributes: attributesNamedBy(node),
    });
  }
  return targets;
}

function localityOf(isLocal: () => boolean): Pick<MessageTarget, 'providerIsLocal' | 'notConfigured'> {
  try {
    return { providerIsLocal: isLocal(), notConfigured: undefined };
  } catch (error) {
    if (!(error instanceof PermanentError)) throw error;
    return { providerIsLocal: false, notConfigured: error.message };
  }
}

function attributesNamedBy({ type, version, config }: NumberedNode): readonly string[] {
  const definition = nodeDefinition(type, version);
  const sources = Object.values(definition?.templates?.(config) ?? {});
  return [...new Set(sources.flatMap((source) => [...attributesOf(source)]))];
}
