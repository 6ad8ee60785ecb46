import { messageId } from '../database/ids.ts';
import type { MessageNode } from '../database/message-node.ts';
import { readCustomers, type CustomerAttributes } from '../database/read-customers.ts';
import { inTransaction } from '../database/transaction.ts';
import { PRIMARY_LEG } from '../domain/fallback.ts';
import type { JsonObject } from '../domain/json.ts';
import type { MessageContent } from '../domain/message-content.ts';
import type { SuppressionReason } from '../domain/reasons.ts';
import { renderContents } from '../templates/render-contents.ts';
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
 * The text goes nowhere but to the claim: never into a Temporal payload or a log.
 * @throws PermanentError `template_timeout`
 */
export async function renderMessages(
  deps: Dependencies,
  node: MessageNode,
  pass: number,
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
  const results = await renderContents(
    deps.renderPool,
    { ...node, shared: sharedContext(node) },
    {
      customers: customers.map((customer) => customer.attributes),
      ...(node.namesLink && { messages: customers.map(linkReader(deps, node, pass)) }),
    },
    deps.providers.get(node.integration).capabilities,
  );
  const rendered = customers.map(({ memberIndex, recipientId }, index): RenderedMember => {
    const result = results[index];
    if (!result || 'refused' in result) return { memberIndex, refused: result?.refused ?? 'template_error' };
    return { memberIndex, recipientId, content: result.content };
  });
  const unreachable = members.filter(({ recipientId }) => recipientId === null);
  return { rendered, unreachable: unreachable.map(({ memberIndex }) => memberIndex) };
}

/** What a customer's templates read as `message`: of the MMS, also where they are of the SMS in its place. */
function linkReader(
  { messageLinks }: Dependencies,
  { cohort, actionId }: MessageNode,
  pass: number,
): (customer: Pick<CustomerAttributes, 'customerId' | 'entryKey'>) => JsonObject {
  const { month, runId } = cohort;
  return ({ customerId, entryKey }) => {
    const mms = { runId, customerId, entryKey, actionId, pass, leg: PRIMARY_LEG };
    return { link: messageLinks.linkOf(messageId(month, mms)) };
  };
}

function sharedContext({ cohort, actionId, actionName }: MessageNode): JsonObject {
  return {
    scenario: { id: cohort.scenarioId, name: cohort.frozen.name },
    action: { id: actionId, name: actionName },
    project: { id: cohort.projectId, name: cohort.projectName },
  };
}
