import type { z } from 'zod';
import { nodeTypeKey, type NodeTypeDescription } from '../domain/node-kind.ts';
import { pointerOf, type Problem } from '../domain/validation/problem.ts';
import { suggest } from '../domain/validation/suggest.ts';
import type { NodeCatalogue } from '../domain/validation/validate-graph.ts';
import { conditionNode } from './condition/v1/config.ts';
import type { NodeDefinition } from './define.ts';
import { exitNode } from './exit/v1/config.ts';
import { mmsNode } from './mms/v1/config.ts';
import { nowNode } from './now/v1/config.ts';
import { smsNode } from './sms/v1/config.ts';
import { waitNode } from './wait/v1/config.ts';

/** A definition whose configuration type is its own affair: only what its own schema parsed is passed to it. */
export type AnyNodeDefinition = NodeDefinition<z.ZodObject>;

function anyDefinition<Schema extends z.ZodObject>(definition: NodeDefinition<Schema>): AnyNodeDefinition {
  return definition;
}

/** Every node type in every version: the half of the registry that authors and the API see. */
export const NODE_DEFINITIONS: readonly AnyNodeDefinition[] = [
  anyDefinition(conditionNode),
  anyDefinition(exitNode),
  anyDefinition(mmsNode),
  anyDefinition(nowNode),
  anyDefinition(smsNode),
  anyDefinition(waitNode),
];

const BY_KEY = new Map(
  NODE_DEFINITIONS.map((definition) => [nodeTypeKey(definition.type, definition.version), definition]),
);

export function nodeDefinition(type: string, version: number): AnyNodeDefinition | undefined {
  return BY_KEY.get(nodeTypeKey(type, version));
}

/** The newest version of a type; 1 for an unknown type, which validation then reports. */
export function newestVersion(type: string): number {
  return Math.max(
    1,
    ...NODE_DEFINITIONS.filter((definition) => definition.type === type).map(({ version }) => version),
  );
}

/** What graph validation must know of node types. */
export const NODE_CATALOGUE: NodeCatalogue = {
  types: [...new Set(NODE_DEFINITIONS.map((definition) => definition.type))],
  describe: (type, version): NodeTypeDescription | undefined => {
    const definition = nodeDefinition(type, version);
    return definition && { ...definition, waits: definition.waits ?? false };
  },
  checkConfig: (node) => {
    const definition = nodeDefinition(node.type, node.version);
    const parsed = definition?.config.safeParse(node.config);
    if (!definition || !parsed || parsed.success) return [];
    return parsed.error.issues.flatMap((issue) =>
      configProblems(issue, Object.keys(definition.config.shape)),
    );
  },
};

function configProblems(
  issue: z.core.$ZodIssue,
  known: readonly string[],
  at: readonly PropertyKey[] = [],
): readonly Problem[] {
  const code = 'bad_config';
  const path = [...at, ...issue.path];
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      pointer: pointerOf(...path, key),
      code,
      message: `There is no setting "${key}".${path.length === 0 ? suggest(key, known) : ''}`,
    }));
  }
  if (issue.code === 'invalid_union') {
    // Of several forms the one with the fewest faults is what the author meant.
    const [meant] = issue.errors.toSorted((a, b) => faultsIn(a) - faultsIn(b));
    if (meant) return meant.flatMap((inner) => configProblems(inner, known, path));
  }
  return [
    {
      pointer: pointerOf(...path),
      code,
      message: issue.message.endsWith('.') ? issue.message : `${issue.message}.`,
    },
  ];
}

function faultsIn(issues: readonly z.core.$ZodIssue[]): number {
  return issues.reduce((sum, issue) => sum + (issue.code === 'unrecognized_keys' ? issue.keys.length : 1), 0);
}
