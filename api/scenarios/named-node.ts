import { isMessageNode } from '../../domain/first-message.ts';
import type { ScenarioNode } from '../../domain/scenario.ts';
import { pointerOf } from '../../domain/validation/problem.ts';
import { suggest } from '../../domain/validation/suggest.ts';
import { ApiProblem } from '../problem.ts';

/** Refuses a request whose `node` names no message node of the scenario. @throws ApiProblem `bad_body` */
export function assertMessageNode(
  { nodes }: { readonly nodes: readonly ScenarioNode[] },
  wanted: string | undefined,
): void {
  if (wanted === undefined) return;
  const known = nodes.filter(isMessageNode).map(({ id }) => id);
  if (known.includes(wanted)) return;
  throw badField('node', 'unknown_node', `There is no message node "${wanted}".${suggest(wanted, known)}`);
}

/** A body of which one field is wrong. */
export function badField(field: string, code: string, message: string): ApiProblem {
  return new ApiProblem('bad_body', message, { problems: [{ pointer: pointerOf(field), code, message }] });
}
