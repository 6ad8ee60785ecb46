import type { Channel } from '../domain/channel.ts';
import { durationMs } from '../domain/duration.ts';
import { PermanentError } from '../domain/errors.ts';
import type { ConsentClass } from '../domain/gate.ts';
import type { MediaReference } from '../domain/message-content.ts';
import type { Timings } from '../domain/timings.ts';
import type { GateQuestion } from './member-facts.ts';
import { readMessageResources } from './message-resources.ts';
import type { Queryable } from './pool.ts';
import { readCohort, type CohortRow } from './read-cohort.ts';
import type { IntegrationRow } from './read-integration.ts';
import type { LedgerScope } from './read-ledger.ts';

/** A message node of a cohort, with everything that it names as it is now. */
export interface MessageNode {
  readonly cohort: CohortRow;
  readonly nodeId: string;
  readonly actionId: number;
  readonly actionName: string;
  readonly channel: Channel;
  readonly senderId: string;
  /** Frozen at launch. */
  readonly senderValue: string;
  readonly categoryId: string;
  readonly consentClass: ConsentClass;
  readonly integration: IntegrationRow;
  /** Template sources by name: `text`, and `subject` where there is one. */
  readonly templates: Readonly<Record<string, string>>;
  readonly media: readonly MediaReference[];
  /** The author's own; the engine's by default. */
  readonly receiptDeadlineMs: number | undefined;
}

/** Configuration of `mms` and `sms` nodes as it was frozen: the API has checked it. */
interface MessageConfig {
  readonly sender: string;
  readonly category: string;
  readonly text: string;
  readonly subject?: string;
  readonly media?: readonly MediaReference[];
  readonly receiptDeadline?: string;
}

/** @throws PermanentError when the node is no message node, or what it names is gone */
export async function readMessageNode(
  database: Queryable,
  cohortId: string,
  nodeId: string,
): Promise<MessageNode> {
  return messageNodeOf(database, await readCohort(database, cohortId), nodeId);
}

/** The node that a message was sent at. @throws PermanentError as {@link readMessageNode} */
export async function readNodeOfMessage(
  database: Queryable,
  { cohortId, actionId }: { readonly cohortId: string; readonly actionId: number },
): Promise<MessageNode> {
  const cohort = await readCohort(database, cohortId);
  const action = cohort.frozen.nodes.find((node) => node.actionId === actionId);
  return messageNodeOf(database, cohort, action?.id ?? '');
}

async function messageNodeOf(database: Queryable, cohort: CohortRow, nodeId: string): Promise<MessageNode> {
  const node = cohort.frozen.nodes.find((candidate) => candidate.id === nodeId);
  if (!node || node.actionId === null || (node.type !== 'mms' && node.type !== 'sms')) {
    throw new PermanentError('no_message_node', `The version has no message node "${nodeId}".`);
  }
  const config = node.config as unknown as MessageConfig;
  const resources = await readMessageResources(database, cohort.projectId, { ...config, channel: node.type });
  const sender = cohort.frozen.senders[config.sender];
  if (!sender)
    throw new PermanentError('no_message_node', `The version has not frozen the sender "${config.sender}".`);
  return {
    ...resources,
    cohort,
    nodeId,
    actionId: node.actionId,
    actionName: node.name ?? nodeId,
    channel: node.type,
    senderValue: sender.value,
    templates: { text: config.text, ...(config.subject !== undefined && { subject: config.subject }) },
    media: config.media ?? [],
    receiptDeadlineMs: config.receiptDeadline === undefined ? undefined : durationMs(config.receiptDeadline),
  };
}

/** What of its process a question to the gate depends on. */
export interface GateSetting {
  readonly timings: Pick<Timings, 'freshnessMs' | 'holdRecheckMs'>;
  /** E.164 numbers that mode `allow-list` may call. */
  readonly testNumbers: ReadonlySet<string>;
  readonly providers: { isLocal(integration: IntegrationRow): boolean };
}

/** The question that the gate is asked for this node's members. */
export function gateQuestion(
  node: MessageNode,
  { plannedAt, pass }: { readonly plannedAt: number; readonly pass: number },
  { timings, testNumbers, providers }: GateSetting,
): GateQuestion {
  return {
    month: node.cohort.month,
    cohortId: node.cohort.cohortId,
    runId: node.cohort.runId,
    categoryId: node.categoryId,
    consentClass: node.consentClass,
    senderId: node.senderId,
    integrationId: node.integration.id,
    actionId: node.actionId,
    pass,
    staleAfter: plannedAt + timings.freshnessMs[node.consentClass],
    recheckMs: timings.holdRecheckMs,
    providerIsLocal: providers.isLocal(node.integration),
    isTestNumber: (phone) => testNumbers.has(phone),
  };
}

export function ledgerScope(node: MessageNode, pass: number): LedgerScope {
  return { month: node.cohort.month, cohortId: node.cohort.cohortId, actionId: node.actionId, pass };
}
