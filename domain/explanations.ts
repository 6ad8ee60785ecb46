import { lostWorkflows } from './lost-reason.ts';
import type { MessageDecision } from './message-decision.ts';
import { EXIT_REASONS, SUPPRESSION_REASONS } from './reasons.ts';
import type { MessageState } from './states.ts';

/** What a message's state means, with the sentence that people read. */
const MESSAGE_EXPLANATIONS: Readonly<Record<MessageState | 'no_receipt', string>> = {
  queued: 'The message waits to be offered to the provider.',
  submitting: 'The message is being offered to the provider.',
  unknown: 'Nobody can tell whether the provider took the message: it is looked up.',
  accepted: 'The provider took the message.',
  dispatched: 'The provider passed the message on to the carrier.',
  delivered: 'The message was delivered.',
  failed: 'The provider took the message and reported that it could not be delivered.',
  expired: 'The provider took the message and could not deliver it in time.',
  rejected: 'The provider refused the message.',
  unresolved: 'Nobody could find out whether the provider took the message: an operator decides.',
  cancelled: 'The message was cancelled before it was offered to the provider.',
  no_receipt: 'The provider took the message; no final delivery report came in time.',
};

/** Why a run is in its state, where the reason is a code. */
const RUN_EXPLANATIONS: Readonly<Record<string, string>> = {
  empty_audience: 'No customer matched the audience when it was frozen: nothing was sent.',
};

/** How a member left a node, and what the message that was sent there shows now. */
export interface StepFacts {
  readonly outcome: string;
  readonly reason: string;
  readonly exit: string | null;
  readonly messageState: string | null;
  /** What has come of the SMS in place of an MMS, as a sentence. */
  readonly fallback?: string;
  /** What operators have decided about the message, the oldest first. */
  readonly decisions?: readonly ExplainedDecision[];
  /** Whether the message is `delivered` only because an operator has said so. */
  readonly assumed?: boolean;
  /** The opt-out of the customer's number that is in force or was last; where there is one. */
  readonly optOut?: OptOutFacts | undefined;
}

export interface OptOutFacts {
  /** How it was heard of. */
  readonly source: string;
  readonly reason: string | null;
  readonly at: Date;
}

type ExplainedDecision = Pick<MessageDecision, 'action' | 'reason' | 'actor' | 'refusal'> & {
  readonly outcome: string;
};

/** Says why a step went as it did; empty where there is nothing to say. */
export function explainStep(facts: StepFacts): string {
  const { outcome, reason, exit, messageState, fallback, decisions = [], assumed = false, optOut } = facts;
  const suppressed = outcome === 'suppressed';
  const why = suppressed ? sentence(SUPPRESSION_REASONS, reason) : sentence(MESSAGE_EXPLANATIONS, outcome);
  const expected = suppressed ? 'cancelled' : outcome;
  const sentences = why === undefined ? [] : [why];
  if (suppressed && reason === 'opted_out' && optOut) sentences.push(explainOptOut(optOut));
  if (fallback !== undefined) sentences.push(fallback);
  sentences.push(...decisions.map(explainDecision));
  if (messageState !== null && messageState !== expected && !assumed) {
    const now = sentence(MESSAGE_EXPLANATIONS, messageState) ?? '';
    sentences.push(why === undefined ? now : `Later: ${now}`);
  }
  if (exit !== null && (exit !== 'end' || sentences.length === 0))
    sentences.push(sentence(EXIT_REASONS, exit) ?? '');
  return sentences.filter((part) => part !== '').join(' ');
}

/** How an opt-out was heard of, and when. */
function explainOptOut({ source, reason, at }: OptOutFacts): string {
  return `Source: ${source}, ${at.toISOString()}${reason === null ? '.' : `: ${asSentence(reason)}`}`;
}

const FALLBACK_EXPLANATIONS: Readonly<Record<string, string>> = {
  due: 'an SMS in its place is about to be sent.',
  made: 'an SMS was sent in its place.',
};

/** Says what has come of the SMS in place of an MMS. @param refusal why the gate has kept it in @param known whether the MMS was not even tried */
export function explainFallback(state: string, refusal: string | null, known = false): string {
  const cause = known
    ? 'The MMS was not sent, since the handset or its network has not taken another one of its kind lately'
    : 'The handset or its network could not take the MMS';
  const told = sentence(FALLBACK_EXPLANATIONS, state);
  if (told !== undefined) return `${cause}: ${told}`;
  const why =
    explainReason(refusal ?? '') || (sentence(EXIT_REASONS, refusal ?? '') ?? `${refusal ?? 'unknown'}.`);
  return `${cause}, and no SMS was sent in its place: ${why}`;
}

/** Who decided what about a message, and what came of it. */
function explainDecision({ action, reason, actor, outcome, refusal }: ExplainedDecision): string {
  if (action === 'assume-delivered')
    return `An operator (${actor}) took it for delivered: ${asSentence(reason)}`;
  const decided = `An operator (${actor}) decided to send it again: ${asSentence(reason)}`;
  switch (outcome) {
    case 'refused':
      return `${decided} It was not: ${refusal === null ? 'it was kept in.' : explainReason(refusal) || `${refusal}.`}`;
    case 'overtaken':
      return `${decided} A delivery report came first.`;
    default:
      return decided;
  }
}

/** An instant as people read it, such as `Wed 14 Oct 2026 13:00 UTC`. */
export function inWords(instant: Date): string {
  const [weekday = '', day, month, year, time = ''] = instant.toUTCString().split(' ');
  return [weekday.replace(',', ''), day, month, year, time.slice(0, 5), 'UTC'].join(' ');
}

/** A text that somebody wrote, with its full stop. */
export function asSentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

/** The sentence of a reason of the gate; empty where there is none. */
export function explainReason(reason: string): string {
  return sentence(SUPPRESSION_REASONS, reason) ?? '';
}

/** Says what a run's reason means; null where the reason says it itself. */
export function explainRun(stateReason: string | null): string | null {
  if (stateReason === null) return null;
  const lost = lostWorkflows(stateReason);
  if (lost === undefined) return sentence(RUN_EXPLANATIONS, stateReason) ?? null;
  const [, ...added] = stateReason.split('; ');
  return [explainLost(lost), ...added.map(asSentence)].join(' ');
}

function explainLost(count: number): string {
  const were = count === 1 ? '1 workflow was' : `${count} workflows were`;
  return (
    `${were} terminated, cut off or not there any more when the run was paused. ` +
    'Resuming starts what is missing again from the database; nothing is sent twice.'
  );
}

function sentence(table: Readonly<Record<string, string>>, word: string): string | undefined {
  return Object.hasOwn(table, word) ? table[word] : undefined;
}
