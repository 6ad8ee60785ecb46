import type { Pool } from '../../database/pool.ts';
import { HANDSET_KNOWN } from '../../database/skip-known-handsets.ts';
import { FALLBACK_LEG, PRIMARY_LEG } from '../../domain/fallback.ts';
import { explainFallback, explainStep, type OptOutFacts } from '../../domain/explanations.ts';
import { groupBy } from '../../domain/group-by.ts';
import { breakersOfRun, explainBreaker, type RunBreaker } from '../integrations/run-breakers.ts';
import {
  readEntries,
  readMessages,
  readOptOuts,
  readPlaces,
  readQuietHours,
  readTraces,
  type DeferralRow,
  type EntryRow,
  type FallbackState,
  type MessageRow,
  type PlaceRow,
  type TraceRow,
} from './read-story.ts';
import { hasEnded, type RunRow } from './read-run.ts';
import { explainHold, explainPause, holdsOfRun, type RunHold } from './run-holds.ts';
import { explainMorning, explainQuietHours, readCustomerClock, type CustomerClock } from './quiet-hours.ts';
import { earliest, latest, stepTimes, type StepTime } from './story-times.ts';

export interface CustomerStory {
  /** Why there are no entries; empty when there are. */
  readonly explanation: string;
  readonly entries: readonly object[];
}

/** Why one customer did or did not get what: every entry of theirs in a run, node by node. */
export async function customerStory(pool: Pool, run: RunRow, customerId: string): Promise<CustomerStory> {
  const entries = await readEntries(pool, run, customerId);
  if (entries.length === 0) return { explanation: whyNotAdmitted(run), entries: [] };
  const [traces, messages, places, optOuts, quietHours, holds, breakers, clock] = await Promise.all([
    readTraces(pool, run, entries),
    readMessages(pool, run, entries),
    readPlaces(pool, run, entries),
    readOptOuts(pool, customerId),
    readQuietHours(pool, entries),
    holdsOfRun(pool, run),
    breakersOfRun(pool, run),
    readCustomerClock(pool, customerId),
  ]);
  const tracesOf = groupBy(traces, (row) => row.entry_id);
  const messagesOf = groupBy(messages, (row) => row.entry_id);
  const quietHoursOf = groupBy(quietHours, (row) => row.entry_id);
  const placeOf = new Map(places.map((row) => [row.entry_id, row]));
  return {
    explanation: '',
    entries: entries.map((entry) =>
      entryStory(run, entry, {
        traces: tracesOf.get(entry.id) ?? [],
        messages: messagesOf.get(entry.id) ?? [],
        place: placeOf.get(entry.id),
        optOuts,
        quietHours: quietHoursOf.get(entry.id) ?? [],
        holds,
        breakers,
        clock,
      }),
    ),
  };
}

function whyNotAdmitted(run: RunRow): string {
  if (run.audience !== null) return 'The customer was not in the audience when it was frozen.';
  return hasEnded(run)
    ? 'The run ended before its audience was frozen.'
    : 'The audience has not been frozen yet.';
}

interface EntryFacts {
  readonly traces: readonly TraceRow[];
  readonly messages: readonly MessageRow[];
  readonly place: PlaceRow | undefined;
  readonly optOuts: readonly OptOutFacts[];
  readonly quietHours: readonly DeferralRow[];
  readonly holds: readonly RunHold[];
  readonly breakers: readonly RunBreaker[];
  readonly clock: CustomerClock | undefined;
}

function entryStory(run: RunRow, entry: EntryRow, facts: EntryFacts): object {
  const { traces, messages, place, optOuts, quietHours } = facts;
  const messageAt = ({ node_id, pass }: TraceRow | PlaceRow): StepMessage | undefined => {
    const legs = messages.filter(
      (row) => row.action_id === nodeOf(run, node_id)?.actionId && row.pass === pass,
    );
    const primary = legs.find(({ leg }) => leg === PRIMARY_LEG);
    return primary && { ...primary, sms: legs.find(({ leg }) => leg === FALLBACK_LEG) };
  };
  const steps = inOrderOfPath(traces, run.frozen.walk.startNodeId).map((trace) => ({
    trace,
    message: messageAt(trace),
  }));
  const waitOf = (at: TraceRow | PlaceRow): string => explainWait(quietHours.filter(isAt(at)), facts.clock);
  const times = stepTimes(entry.admitted_at, steps);
  const left = times.at(-1);
  return {
    entry: entry.entry_key,
    cohort: entry.cohort_number,
    member: entry.member_index,
    admittedAt: entry.admitted_at,
    at: place
      ? {
          ...placeView(place, left && earliest(left), messageAt(place), waitOf(place)),
          explanation: whyKept(run, place, messageAt(place), facts),
        }
      : null,
    steps: steps.map(({ trace, message }, index) =>
      stepView(run, {
        ...{ trace, message, at: times[index] },
        optOut: optOutBefore(trace, optOuts),
        quietHours: quietHours.filter(isAt(trace)),
        wait: waitOf(trace),
      }),
    ),
  };
}

/** The message of a step, with the SMS in its place. */
type StepMessage = MessageRow & { readonly sms: MessageRow | undefined };

/** The state that the customer was reached by: of the SMS, unless the MMS was delivered after all. */
function shownState(message: StepMessage | undefined): string | null {
  const sms =
    message?.state === 'delivered' || message?.sms?.state === 'cancelled' ? undefined : message?.sms;
  return (sms ?? message)?.state ?? null;
}

/** Whether something was at this node, on this pass. */
function isAt({ node_id, pass }: TraceRow | PlaceRow): (row: DeferralRow) => boolean {
  return (row) => row.node_id === node_id && row.pass === pass;
}

function nodeOf(run: RunRow, nodeId: string): RunRow['frozen']['nodes'][number] | undefined {
  return run.frozen.nodes.find((candidate) => candidate.id === nodeId);
}

/** Follows the member's way from node to node: the instants of a row are the cohort's, so they can't order it. */
function inOrderOfPath(traces: readonly TraceRow[], startNodeId: string): readonly TraceRow[] {
  const passes = new Map<string, number>();
  const steps: TraceRow[] = [];
  let nodeId: string | null = startNodeId;
  while (nodeId !== null) {
    const pass: number = (passes.get(nodeId) ?? 0) + 1;
    passes.set(nodeId, pass);
    const step: TraceRow | undefined = traces.find(
      (trace) => trace.node_id === nodeId && trace.pass === pass,
    );
    if (step) steps.push(step);
    nodeId = step?.next_node_id ?? null;
  }
  return steps;
}

/** What keeps a customer at a node whose message is not out: a pause, holds, the hour, the provider, if anything. */
function whyKept(
  run: RunRow,
  place: PlaceRow,
  message: StepMessage | undefined,
  { quietHours, holds, breakers, clock }: EntryFacts,
): string {
  if (message && message.state !== 'queued') return '';
  const { node_id, turn_by } = place;
  const isHere = ({ nodes }: RunHold | RunBreaker): boolean => nodes.includes(node_id);
  const reasons = [
    explainPause(run),
    ...holds.filter(isHere).map(explainHold),
    ...breakers.filter(isHere).map(explainBreaker),
    explainWait(quietHours.filter(isAt(place)), clock),
    explainTurn(turn_by),
  ];
  return reasons.filter((reason) => reason !== '').join(' ');
}

/** What the hour keeps in at a node, and until when; empty where it keeps in nothing. */
function explainWait(quietHours: readonly DeferralRow[], clock: CustomerClock | undefined): string {
  const morning = quietHours.find(({ waits }) => waits)?.until;
  return morning ? explainQuietHours(morning, clock) : '';
}

/** Why a message waits although nothing forbids it any more. */
function explainTurn(turnBy: Date | null): string {
  if (!turnBy) return '';
  return `Messages leave one after the other: its turn comes by ${turnBy.toISOString()}.`;
}

/** @param left when the customer left the node before: arrivals are told by another clock, the cohort's */
function placeView(
  place: PlaceRow,
  left: Date | undefined,
  message: StepMessage | undefined,
  wait: string,
): object {
  return {
    node_id: place.node_id,
    pass: place.pass,
    since: left && left > place.arrived_at ? left : place.arrived_at,
    message: message ? stepMessageView(message, wait) : null,
  };
}

/** The last one that was said when the cohort's last member had left the node by this way. */
function optOutBefore({ last_at }: TraceRow, optOuts: readonly OptOutFacts[]): OptOutFacts | undefined {
  return optOuts.find(({ at }) => at <= last_at);
}

interface Step {
  readonly trace: TraceRow;
  readonly message: StepMessage | undefined;
  readonly at: StepTime | undefined;
  readonly optOut: OptOutFacts | undefined;
  /** Until when the hour kept the message in, the last time at the end. */
  readonly quietHours: readonly DeferralRow[];
  /** What keeps in the SMS in place of an MMS now. */
  readonly wait: string;
}

function stepView(run: RunRow, { trace, message, at, optOut, quietHours, wait }: Step): object {
  const node = nodeOf(run, trace.node_id);
  const { outcome, reason, exit } = trace;
  const morning = quietHours.findLast(({ until }) => at !== undefined && until <= latest(at))?.until;
  return {
    node_id: trace.node_id,
    type: node?.type,
    action_id: node?.actionId ?? null,
    name: node?.name ?? trace.node_id,
    pass: trace.pass,
    outcome,
    reason,
    explanation: [
      morning ? explainMorning(morning) : '',
      explainStep({
        ...{ outcome, reason, exit },
        messageState: shownState(message),
        ...(message?.fallback && { fallback: explainSms(message, message.fallback, wait) }),
        ...(message && { decisions: message.decisions, assumed: message.assumed }),
        optOut,
      }),
    ]
      .join(' ')
      .trimStart(),
    outlet: trace.outlet,
    next: trace.next_node_id,
    exit,
    at,
    message: message ? stepMessageView(message, wait) : null,
  };
}

/** A message with the SMS that was sent in its place. @param wait what keeps that in while it is due */
function stepMessageView({ sms, ...message }: StepMessage, wait: string): object {
  const { fallback, fallback_refusal: refusal } = message;
  const view = fallback && {
    state: fallback,
    refusal,
    explanation: explainSms(message, fallback, wait),
    message: sms ? messageView(sms) : null,
  };
  return { ...messageView(message), fallback: view };
}

function explainSms(
  { fallback_refusal: refusal, error }: MessageRow,
  state: FallbackState,
  wait: string,
): string {
  const told = explainFallback(state, refusal, error === HANDSET_KNOWN);
  return state === 'due' && wait !== '' ? `${told} ${wait}` : told;
}

function messageView(row: MessageRow): object {
  return {
    id: row.id,
    state: row.state,
    channel: row.channel,
    type: row.type,
    statusCode: row.status_code,
    error: row.error,
    errorClass: row.error_class,
    attempts: row.attempts,
    providerMessageId: row.provider_message_id,
    createdAt: row.created_at,
    acceptedAt: row.accepted_at,
    endedAt: row.ended_at,
    assumed: row.assumed,
    decisions: row.decisions,
  };
}
