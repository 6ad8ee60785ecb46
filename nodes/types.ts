import type { z } from 'zod';
import { nodeTypeKey, type NodeTypeDescription } from '../domain/node-kind.ts';
import { asSentence, issueText } from './shared/issue-text.ts';
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
    const parsed = definition?.config.safeParse(node.config, { error: issueText, reportInput: true });
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
    const meant = formMeant(issue.errors);
    if (meant) return meant.flatMap((inner) => configProblems(inner, known, path));
  }
  return [
    {
      pointer: pointerOf(...path),
      code,
      message: asSentence(issue.message),
    },
  ];
}

/** Of several forms the one with the fewest faults is what the author meant; nobody can tell when two have as few. */
function formMeant(forms: readonly (readonly z.core.$ZodIssue[])[]): readonly z.core.$ZodIssue[] | undefined {
  const [best, second] = forms.toSorted((a, b) => faultsIn(a) - faultsIn(b));
  return best && second && faultsIn(best) === faultsIn(second) ? undefined : best;
}

/** How much a fault speaks against a form: little where it lies in a part, all where the value is of another kind. */
const WEIGHTS = { inPart: 1, ofForm: 10, ofKind: 10_000 } as const;

function faultsIn(issues: readonly z.core.$ZodIssue[]): number {
  return issues.reduce((sum, issue) => sum + faultOf(issue), 0);
}

function faultOf(issue: z.core.$ZodIssue): number {
  const depth = issue.path.length;
  const isPart = depth === 1 && issue.code === 'invalid_union' && issue.input !== undefined;
  if (depth > 1 || isPart) return WEIGHTS.inPart;
  if (issue.code === 'invalid_union' && depth === 0) return Math.min(...issue.errors.map(faultsIn));
  if (issue.code === 'unrecognized_keys') return WEIGHTS.ofForm * issue.keys.length;
  return issue.code === 'invalid_type' && depth === 0 ? WEIGHTS.ofKind : WEIGHTS.ofForm;
}
