import { readOpenBreakers, type OpenBreaker } from '../../database/breakers.ts';
import { readCustomerFacts, type CustomerQuestion } from '../../database/customer-facts.ts';
import { listHolds, type Hold } from '../../database/holds.ts';
import { nodeQuestion, readFrozenNode, type FrozenMessageNode } from '../../database/message-node.ts';
import { HANDSET_KNOWN } from '../../database/skip-known-handsets.ts';
import type { Queryable } from '../../database/pool.ts';
import { FALLBACK_LEG, PRIMARY_LEG } from '../../domain/fallback.ts';
import { BREAKER_OPEN, decideVerdict, QUIET_HOURS, type Verdict } from '../../domain/gate.ts';
import { explainReason } from '../../domain/explanations.ts';
import type { FrozenScenario, NumberedNode } from '../../domain/scenario.ts';
import type { ProviderCapabilities } from '../../providers/provider.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { explainBreaker } from '../integrations/run-breakers.ts';
import { explainQuietHours, readCustomerClock } from '../runs/quiet-hours.ts';
import { explainHold, keeps } from '../runs/run-holds.ts';
import type { MessagePreview, VerdictView } from '../schemas/preview.ts';

/** A leg of a message node, with what the gate says of the customer. */
export interface LegFacts {
  readonly leg: FrozenMessageNode;
  readonly capabilities: ProviderCapabilities;
  readonly verdict: VerdictView;
}

/** A message node, before anything is rendered. */
export interface NodeFacts {
  readonly node: NumberedNode;
  readonly sender: MessagePreview['sender'];
  readonly primary: LegFacts;
  /** The SMS that the engine would send in its place. */
  readonly fallback: LegFacts | undefined;
}

/** What all message nodes of one preview have in common. */
export interface PreviewFrame {
  readonly question: CustomerQuestion;
  readonly frozen: Pick<FrozenScenario, 'nodes' | 'senders'>;
  readonly holds: readonly Hold[];
  readonly breakers: readonly OpenBreaker[];
}

export async function readPreviewFrame(
  database: Queryable,
  given: Pick<PreviewFrame, 'question' | 'frozen'>,
): Promise<PreviewFrame> {
  const { projectId } = given.question;
  const holds = await listHolds(database, projectId);
  return { ...given, holds, breakers: await readOpenBreakers(database, projectId) };
}

/**
 * Asks the gate about a message node, outside of any run and without a lock.
 * @throws PermanentError when what the node names is gone, or its integration can't be used
 */
export async function readNodeFacts(
  database: Queryable,
  deps: ApiDependencies,
  frame: PreviewFrame,
  node: NumberedNode,
): Promise<NodeFacts> {
  const primary = await readLeg(database, deps, frame, { node, leg: PRIMARY_LEG });
  const fallsBack = primary.leg.fallback?.by === 'engine';
  const fallback = fallsBack ? await readLeg(database, deps, frame, { node, leg: FALLBACK_LEG }) : undefined;
  const { sender: key } = node.config as { sender: string };
  const sender = { key, label: frame.frozen.senders[key]?.label ?? key, value: primary.leg.senderValue };
  return { node, sender, primary, fallback };
}

async function readLeg(
  database: Queryable,
  { providers, config }: ApiDependencies,
  frame: PreviewFrame,
  { node, leg: number }: { readonly node: NumberedNode; readonly leg: number },
): Promise<LegFacts> {
  const { question, frozen } = frame;
  const leg = await readFrozenNode(database, { ...question, frozen }, node.id, number);
  const { capabilities } = providers.get(leg.integration);
  const setting = { timings: config.timings, testNumbers: new Set(config.testNumbers), providers };
  const facts = await readCustomerFacts(database, question, nodeQuestion(leg, setting));
  const verdict = facts.handsetKnown ? skipping(decideVerdict(facts.gate)) : decideVerdict(facts.gate);
  const reason = verdict.kind === 'send' ? null : verdict.reason;
  const explanation =
    verdict.kind === 'defer' && verdict.reason === QUIET_HOURS
      ? explainQuietHours(new Date(verdict.until), await readClock(database, question))
      : explain(verdict, frame, { node, integration: leg.integration.key });
  return { leg, capabilities, verdict: { verdict: verdict.kind, reason, explanation } };
}

/** Whom the gate lets go gets the SMS at once where it is known that the MMS would not be taken. */
function skipping(verdict: Verdict): Verdict {
  return verdict.kind === 'send' ? { kind: 'suppress', reason: HANDSET_KNOWN } : verdict;
}

function readClock(
  database: Queryable,
  { customerId }: CustomerQuestion,
): ReturnType<typeof readCustomerClock> {
  return customerId === null ? Promise.resolve(undefined) : readCustomerClock(database, customerId);
}

function explain(
  verdict: Verdict,
  { holds, breakers }: PreviewFrame,
  { node, integration }: { readonly node: NumberedNode; readonly integration: string },
): string {
  if (verdict.kind === 'send') return '';
  if (verdict.kind === 'suppress') return explainReason(verdict.reason);
  const { sender, category } = node.config as { sender: string; category: string };
  const named = { sender, category, integration };
  return verdict.reason === BREAKER_OPEN
    ? breakers
        .filter((breaker) => breaker.integration === integration)
        .map(explainBreaker)
        .join(' ')
    : holds
        .filter((hold) => keeps(hold, named))
        .map(explainHold)
        .join(' ');
}
