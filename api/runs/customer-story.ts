import type { Pool } from '../../database/pool.ts';
import { explainStep } from '../../domain/explanations.ts';
import { groupBy } from '../../domain/group-by.ts';
import { breakersOfRun, explainBreaker, type RunBreaker } from '../integrations/run-breakers.ts';
import {
  readEntries,
  readMessages,
  readPlaces,
  readTraces,
  type EntryRow,
  type MessageRow,
  type PlaceRow,
  type TraceRow,
} from './read-story.ts';
import { hasEnded, type RunRow } from './read-run.ts';
import { explainHold, explainPause, holdsOfRun, type RunHold } from './run-holds.ts';
import { earliest, stepTimes, type StepTime } from './story-times.ts';

export interface CustomerStory {
  /** Why there are no entries; empty when there are. */
  readonly explanation: string;
  readonly entries: readonly object[];
}

/** Why one customer did or did not get what: every entry of theirs in a run, node by node. */
export async function customerStory(pool: Pool, run: RunRow, customerId: string): Promise<CustomerStory> {
  const entries = await readEntries(pool, run, customerId);
  if (entries.length === 0) return { explanation: whyNotAdmitted(run), entries: [] };
  const [traces, messages, places, holds, breakers] = await Promise.all([
    readTraces(pool, run, entries),
    readMessages(pool, run, entries),
    readPlaces(pool, run, entries),
    holdsOfRun(pool, run),
    breakersOfRun(pool, run),
  ]);
  const tracesOf = groupBy(traces, (row) => row.entry_id);
  const messagesOf = groupBy(messages, (row) => row.entry_id);
  const placeOf = new Map(places.map((row) => [row.entry_id, row]));
  return {
    explanation: '',
    entries: entries.map((entry) =>
      entryStory(run, entry, {
        traces: tracesOf.get(entry.id) ?? [],
        messages: messagesOf.get(entry.id) ?? [],
        place: placeOf.get(entry.id),
        holds,
        breakers,
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
  readonly holds: readonly RunHold[];
  readonly breakers: readonly RunBreaker[];
}

function entryStory(run: RunRow, entry: EntryRow, facts: EntryFacts): object {
  const { traces, messages, place } = facts;
  const messageAt = ({ node_id, pass }: TraceRow | PlaceRow): MessageRow | undefined =>
    messages.find((row) => row.action_id === nodeOf(run, node_id)?.actionId && row.pass === pass);
  const steps = inOrderOfPath(traces, run.frozen.walk.startNodeId).map((trace) => ({
    trace,
    message: messageAt(trace),
  }));
  const times = stepTimes(entry.admitted_at, steps);
  const left = times.at(-1);
  return {
    entry: entry.entry_key,
    cohort: entry.cohort_number,
    member: entry.member_index,
    admittedAt: entry.admitted_at,
    at: place
      ? {
          ...placeView(place, left && earliest(left), messageAt(place)),
          explanation: whyKept(run, place, messageAt(place), facts),
        }
      : null,
    steps: steps.map(({ trace, message }, index) => stepView(run, trace, message, times[index])),
  };
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

/** What keeps a customer at a node whose message is not out: a pause, holds, the provider, if anything. */
function whyKept(
  run: RunRow,
  { node_id, turn_by }: PlaceRow,
  message: MessageRow | undefined,
  { holds, breakers }: EntryFacts,
): string {
  if (message && message.state !== 'queued') return '';
  const isHere = ({ nodes }: RunHold | RunBreaker): boolean => nodes.includes(node_id);
  const reasons = [
    explainPause(run),
    ...holds.filter(isHere).map(explainHold),
    ...breakers.filter(isHere).map(explainBreaker),
    explainTurn(turn_by),
  ];
  return reasons.filter((reason) => reason !== '').join(' ');
}

/** Why a message waits although nothing forbids it any more. */
function explainTurn(turnBy: Date | null): string {
  if (!turnBy) return '';
  return `What was kept leaves one after the other: its turn comes by ${turnBy.toISOString()}.`;
}

/** @param left when the customer left the node before: arrivals are told by another clock, the cohort's */
function placeView(place: PlaceRow, left: Date | undefined, message: MessageRow | undefined): object {
  return {
    node_id: place.node_id,
    pass: place.pass,
    since: left && left > place.arrived_at ? left : place.arrived_at,
    message: message ? messageView(message) : null,
  };
}

function stepView(
  run: RunRow,
  trace: TraceRow,
  message: MessageRow | undefined,
  at: StepTime | undefined,
): object {
  const node = nodeOf(run, trace.node_id);
  const { outcome, reason, exit } = trace;
  return {
    node_id: trace.node_id,
    type: node?.type,
    action_id: node?.actionId ?? null,
    name: node?.name ?? trace.node_id,
    pass: trace.pass,
    outcome,
    reason,
    explanation: explainStep({
      ...{ outcome, reason, exit },
      messageState: message?.state ?? null,
      ...(message && { decisions: message.decisions, assumed: message.assumed }),
    }),
    outlet: trace.outlet,
    next: trace.next_node_id,
    exit,
    at,
    message: message ? messageView(message) : null,
  };
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
