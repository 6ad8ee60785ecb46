import type { Channel } from '../domain/channel.ts';
import { contentKindOf } from '../domain/content-kind.ts';
import { durationMs } from '../domain/duration.ts';
import { PermanentError } from '../domain/errors.ts';
import {
  FALLBACK_LEG,
  hasProviderFallback,
  PRIMARY_LEG,
  type Fallback,
  type FallbackWay,
} from '../domain/fallback.ts';
import type { ConsentClass } from '../domain/gate.ts';
import type { MediaReference } from '../domain/message-content.ts';
import type { Rates } from '../domain/rates.ts';
import type { FrozenScenario } from '../domain/scenario.ts';
import type { Timings } from '../domain/timings.ts';
import type { NodeQuestion } from './gate-facts.ts';
import type { GateQuestion } from './member-facts.ts';
import { readMessageResources } from './message-resources.ts';
import type { Queryable } from './pool.ts';
import { readCohort, type CohortRow } from './read-cohort.ts';
import type { IntegrationRow } from './read-integration.ts';
import type { LedgerScope } from './read-ledger.ts';

/** A message node of a frozen scenario, with everything that it names as it is now. */
export interface FrozenMessageNode {
  readonly nodeId: string;
  readonly actionId: number;
  readonly actionName: string;
  /** What its messages go by; SMS in place of an MMS are another leg of the same action. */
  readonly channel: Channel;
  readonly leg: number;
  readonly senderId: string;
  /** Frozen at launch. */
  readonly senderValue: string;
  readonly categoryId: string;
  readonly consentClass: ConsentClass;
  readonly integration: IntegrationRow;
  /** Messages a second that may leave, whatever the run. */
  readonly rates: Omit<Rates, 'run'>;
  /** Template sources by name: `text`, and `subject` where there is one. */
  readonly templates: Readonly<Record<string, string>>;
  readonly media: readonly MediaReference[];
  /** Whether a template may read where the content of the MMS is shown. */
  readonly namesLink: boolean;
  /** Whether a rendered text is made one of GSM-7 where no more than typography keeps it from that. */
  readonly smartEncoding: boolean;
  /** The SMS in place of an MMS that can't be taken. */
  readonly fallback: Fallback | undefined;
  /** The author's own; the engine's by default. */
  readonly receiptDeadlineMs: number | undefined;
}

/** The same of a cohort. */
export interface MessageNode extends FrozenMessageNode {
  readonly cohort: CohortRow;
}

/** Configuration of `mms` and `sms` nodes as it was frozen: the API has checked it. */
interface MessageConfig {
  readonly sender: string;
  readonly category: string;
  readonly text: string;
  readonly subject?: string;
  readonly media?: readonly MediaReference[];
  readonly smartEncoding?: boolean;
  readonly receiptDeadline?: string;
  readonly fallback?: { readonly by: FallbackWay; readonly text?: string };
}

/** What of a scenario a message node is read from. */
interface FrozenPlace {
  readonly projectId: string;
  readonly frozen: Pick<FrozenScenario, 'nodes' | 'senders'>;
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
  { cohortId, actionId, leg }: { readonly cohortId: string; readonly actionId: number; readonly leg: number },
): Promise<MessageNode> {
  const cohort = await readCohort(database, cohortId);
  const action = cohort.frozen.nodes.find((node) => node.actionId === actionId);
  return messageNodeOf(database, cohort, action?.id ?? '', leg);
}

async function messageNodeOf(
  database: Queryable,
  cohort: CohortRow,
  nodeId: string,
  leg = PRIMARY_LEG,
): Promise<MessageNode> {
  return { ...(await readFrozenNode(database, cohort, nodeId, leg)), cohort };
}

/** @throws PermanentError as {@link readMessageNode} */
export async function readFrozenNode(
  database: Queryable,
  { projectId, frozen }: FrozenPlace,
  nodeId: string,
  leg: number,
): Promise<FrozenMessageNode> {
  const node = frozen.nodes.find((candidate) => candidate.id === nodeId);
  if (!node || node.actionId === null || (node.type !== 'mms' && node.type !== 'sms')) {
    throw new PermanentError('no_message_node', `The version has no message node "${nodeId}".`);
  }
  const config = node.config as unknown as MessageConfig;
  const isFallback = leg === FALLBACK_LEG;
  const channel = isFallback ? 'sms' : node.type;
  const { senderRate, ...resources } = await readMessageResources(database, projectId, {
    ...config,
    channel,
  });
  const sender = frozen.senders[config.sender];
  if (!sender)
    throw new PermanentError('no_message_node', `The version has not frozen the sender "${config.sender}".`);
  return {
    ...resources,
    rates: { integration: resources.integration.messagesPerSecond, sender: senderRate },
    nodeId,
    actionId: node.actionId,
    actionName: node.name ?? nodeId,
    channel,
    leg,
    senderValue: sender.value,
    ...(isFallback ? fallbackContentOf(config) : contentOf(config, sender.value)),
    smartEncoding: config.smartEncoding ?? false,
    receiptDeadlineMs: config.receiptDeadline === undefined ? undefined : durationMs(config.receiptDeadline),
  };
}

type NodeContent = Pick<MessageNode, 'templates' | 'media' | 'namesLink' | 'fallback'>;

/** What a template names that reads `message.link`, however it is written; `message` is nothing else there. */
const LINK = /\bmessage\s*[.[]/;

function contentOf(config: MessageConfig, sender: string): NodeContent {
  const fallback = fallbackOf(config, sender);
  const providerText = fallback?.by === 'provider' ? fallback.text : undefined;
  return {
    templates: {
      text: config.text,
      ...(config.subject !== undefined && { subject: config.subject }),
      ...(providerText !== undefined && { fallback: providerText }),
    },
    media: config.media ?? [],
    namesLink: LINK.test(providerText ?? ''),
    fallback,
  };
}

function fallbackContentOf({ fallback }: MessageConfig): NodeContent {
  const text = fallback?.text ?? '';
  return { templates: { text }, media: [], namesLink: LINK.test(text), fallback: undefined };
}

/** The provider falls back for senders for which it can, the engine for all others. */
function fallbackOf({ fallback }: MessageConfig, sender: string): Fallback | undefined {
  if (fallback?.text === undefined || fallback.by === 'off') return undefined;
  const byProvider = fallback.by === 'provider' && hasProviderFallback(sender);
  return { by: byProvider ? 'provider' : 'engine', text: fallback.text };
}

/** What of its process a question to the gate depends on. */
export interface GateSetting {
  readonly timings: Pick<Timings, 'freshnessMs' | 'holdRecheckMs' | 'windowMarginMs'>;
  /** E.164 numbers that mode `allow-list` may call. */
  readonly testNumbers: ReadonlySet<string>;
  readonly providers: { isLocal(integration: IntegrationRow): boolean };
}

/** What the gate is asked about this node, whoever the customer is. */
export function nodeQuestion(
  node: FrozenMessageNode,
  { timings, testNumbers, providers }: GateSetting,
): NodeQuestion {
  return {
    categoryId: node.categoryId,
    consentClass: node.consentClass,
    senderId: node.senderId,
    integrationId: node.integration.id,
    freshnessMs: timings.freshnessMs[node.consentClass],
    windowMarginMs: timings.windowMarginMs,
    recheckMs: timings.holdRecheckMs,
    providerIsLocal: providers.isLocal(node.integration),
    isTestNumber: (phone) => testNumbers.has(phone),
    ...(node.fallback?.by === 'engine' && { contentKind: contentKindOf(node.media) }),
  };
}

/** The question that the gate is asked for this node's members. */
export function gateQuestion(
  node: MessageNode,
  { plannedAt, pass }: { readonly plannedAt: number; readonly pass: number },
  setting: GateSetting,
): GateQuestion {
  return {
    ...nodeQuestion(node, setting),
    month: node.cohort.month,
    cohortId: node.cohort.cohortId,
    runId: node.cohort.runId,
    actionId: node.actionId,
    pass,
    plannedAt,
    isTest: node.cohort.isTest,
  };
}

export function ledgerScope(node: MessageNode, pass: number): LedgerScope {
  const { cohort, actionId, leg } = node;
  return { month: cohort.month, cohortId: cohort.cohortId, actionId, pass, leg };
}
