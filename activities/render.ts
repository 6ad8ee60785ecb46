import type { MessageNode } from '../database/message-node.ts';
import { readCustomers } from '../database/read-customers.ts';
import { inTransaction } from '../database/transaction.ts';
import type { JsonObject } from '../domain/json.ts';
import type { MessageContent } from '../domain/message-content.ts';
import type { SuppressionReason } from '../domain/reasons.ts';
import { storableText } from '../domain/storable.ts';
import type { Dependencies } from './dependencies.ts';

export type RenderedMember =
  | { readonly memberIndex: number; readonly recipientId: string; readonly content: MessageContent }
  | { readonly memberIndex: number; readonly refused: SuppressionReason };

export interface Rendering {
  readonly rendered: readonly RenderedMember[];
  /** Members without a valid number: nothing is rendered for them. */
  readonly unreachable: readonly number[];
}

/**
 * Renders a message node for its members, with their attributes as they are now.
 *
 * The text goes nowhere but to the claim: never into a Temporal payload or a log. A template may have cut a character
 * in two: what can't be stored is replaced.
 * @throws PermanentError `template_timeout`
 */
export async function renderMessages(
  deps: Dependencies,
  node: MessageNode,
  memberIndexes: readonly number[],
): Promise<Rendering> {
  const members = await inTransaction(
    deps.pool,
    (connection) => readCustomers(connection, node.cohort, memberIndexes),
    'lookups',
  );
  const customers = members.flatMap(({ recipientId, ...member }) =>
    recipientId === null ? [] : [{ ...member, recipientId }],
  );
  const results = await deps.renderPool.render({
    templates: node.templates,
    shared: sharedContext(node),
    customers: customers.map((customer) => customer.attributes),
  });
  const { maxText } = deps.providers.get(node.integration).capabilities;
  const rendered = customers.map(({ memberIndex, recipientId }, index): RenderedMember => {
    const result = results[index];
    if (!result || 'error' in result) return { memberIndex, refused: 'template_error' };
    const text = storableText(result.texts['text'] ?? '').trim();
    if (text === '') return { memberIndex, refused: 'empty_message' };
    if (text.length > maxText[node.channel]) return { memberIndex, refused: 'message_too_long' };
    const { subject } = result.texts;
    return {
      memberIndex,
      recipientId,
      content: {
        text,
        subject: subject === undefined ? null : storableText(subject).trim(),
        media: node.media,
      },
    };
  });
  const unreachable = members.filter(({ recipientId }) => recipientId === null);
  return { rendered, unreachable: unreachable.map(({ memberIndex }) => memberIndex) };
}

function sharedContext({ cohort, actionId, actionName }: MessageNode): JsonObject {
  return {
    scenario: { id: cohort.scenarioId, name: cohort.frozen.name },
    action: { id: actionId, name: actionName },
    project: { id: cohort.projectId, name: cohort.projectName },
  };
}
