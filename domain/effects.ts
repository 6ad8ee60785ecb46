import type { EffectRef } from './node-run.ts';
import type { MessageOutcome } from './message-outcome.ts';

/** Where an effect belongs; the walk adds it to every call. Member sets travel as hexadecimal text. */
export type EffectScope = {
  readonly cohortId: string;
  readonly nodeId: string;
  readonly pass: number;
  readonly members: string;
};

/** What every effect answers: its value, or that the run no longer runs and nothing was done. */
export type EffectAnswer<Output> =
  { readonly halted: 'paused' | 'cancelled' } | { readonly halted?: undefined; readonly value: Output };

export type OutcomeGroup = {
  readonly outcome: MessageOutcome;
  readonly reason: string;
  readonly members: string;
};

/** Members whose attributes match the node's condition, read now. */
export const evaluateConditionEffect: EffectRef<Record<string, never>, { matching: string }> = {
  name: 'evaluateCondition',
  verb: 'evaluate',
  short: true,
};

/** Members who could be sent to now, and those who could not with their reasons; decides nothing for the claim. */
export const gateEffect: EffectRef<Record<string, never>, { send: string; suppressed: OutcomeGroup[] }> = {
  name: 'gate',
  verb: 'gate',
  short: true,
};

export type SubmitInput = {
  /** How long after the claim a receipt is awaited, in milliseconds. */
  readonly receiptDeadlineMs: number;
  /** Whether the visit wants hints while receipts come in, or only when all are in. */
  readonly wantsHints: boolean;
  /** When these messages were planned to leave; lateness counts from here. */
  readonly plannedAt: number;
};

export type SubmitResult = {
  /** Members whose message has an outcome, final or not. */
  readonly outcomes: OutcomeGroup[];
  /** Members whose message waits in the ledger, with the instant at which to offer it again. */
  readonly queued: { readonly retryAt: number; readonly members: string }[];
  /** Members whose message somebody else may still be calling for, with the instant at which that is over. */
  readonly inDoubt: { readonly lookAt: number; readonly members: string } | null;
};

/** Gates, renders and offers every member's message to its provider: claim, call, record, in micro-batches. */
export const submitEffect: EffectRef<SubmitInput, SubmitResult> = {
  name: 'submit',
  verb: 'submit',
  short: false,
};

export type ReconcileInput = {
  /** Whether the deadline has come: what has no final receipt is then closed as `no_receipt`. */
  readonly atDeadline: boolean;
};

/** Reads the ledger's word on the members' messages, after folding what is in the inbox. */
export const reconcileEffect: EffectRef<ReconcileInput, { outcomes: OutcomeGroup[] }> = {
  name: 'reconcile',
  verb: 'reconcile',
  short: true,
};
