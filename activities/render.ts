import { readCustomers } from '../database/read-customers.ts';
import { PermanentError } from '../domain/errors.ts';
import type { JsonObject } from '../domain/json.ts';
import type { MessageContent } from '../domain/message-content.ts';
import type { SuppressionReason } from '../domain/reasons.ts';
import type { Dependencies } from './dependencies.ts';
import type { MessageNode } from './message/message-node.ts';

export type RenderedMember =
  | { readonly memberIndex: number; readonly content: MessageContent }
  | { readonly memberIndex: number; readonly refused: SuppressionReason };

/** Among the first this many customers of a visit, more failures than this share stop the node. */
const FAILURE_SAMPLE = 100;
const FAILURE_SHARE = 0.2;

/**
 * Renders a message node for its members, with their attributes as they are now.
 *
 * The text goes nowhere but to the claim: never into a Temporal payload or a log.
 * @throws PermanentError `template_failing`, `template_timeout`
 */
export async function renderMessages(
  deps: Dependencies,
  node: MessageNode,
  memberIndexes: readonly number[],
): Promise<readonly RenderedMember[]> {
  const customers = await readCustomers(deps.pool, node.cohort, memberIndexes);
  const results = await deps.renderPool.render({
    templates: node.templates,
    shared: sharedContext(node),
    customers: customers.map((customer) => customer.attributes),
  });
  const { maxText } = deps.providers.get(node.integration).capabilities;
  const rendered = customers.map(({ memberIndex }, index): RenderedMember => {
    const result = results[index];
    if (!result || 'error' in result) return { memberIndex, refused: 'template_error' };
    const text = (result.texts['text'] ?? '').trim();
    if (text === '') return { memberIndex, refused: 'empty_message' };
    if (text.length > maxText[node.channel]) return { memberIndex, refused: 'message_too_long' };
    const subject = result.texts['subject']?.trim() ?? null;
    return { memberIndex, content: { text, subject, media: node.media } };
  });
  assertMostlyRendered(node, rendered.slice(0, FAILURE_SAMPLE));
  return rendered;
}

function sharedContext({ cohort, actionId, actionName }: MessageNode): JsonObject {
  return {
    scenario: { id: cohort.scenarioId, name: cohort.frozen.name },
    action: { id: actionId, name: actionName },
    project: { id: cohort.projectId, name: cohort.projectName },
  };
}

function assertMostlyRendered(node: MessageNode, sample: readonly RenderedMember[]): void {
  if (sample.length < FAILURE_SAMPLE) return;
  const failed = sample.filter((member) => 'refused' in member && member.refused === 'template_error').length;
  if (failed <= sample.length * FAILURE_SHARE) return;
  throw new PermanentError(
    'template_failing',
    `The template of "${node.nodeId}" failed for ${failed} of ${sample.length} customers. ` +
      'Mend it in a new version of the scenario.',
  );
}
