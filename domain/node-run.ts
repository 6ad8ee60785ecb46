import type { JsonObject } from './json.ts';
import type { MemberSet } from './member-set.ts';
import type { Timings } from './timings.ts';

/** Members that leave a node together. */
export interface Route {
  readonly members: MemberSet;
  readonly outlet: string;
  /** What the trace says happened to them; the outlet's name by default. */
  readonly outcome?: string;
  /** Why, in one stable word; empty by default. */
  readonly reason?: string;
  /** Ends their walk here with this reason, whatever the outlet is wired to. */
  readonly exit?: string;
}

/** `{ next: members }`, or the long form where outcome and outlet differ. Empty sets are ignored. */
export type Routes = readonly Route[] | Readonly<Record<string, MemberSet>>;

/** One member set's stay at a node, as its behaviour sees it. */
export interface Visit<Config, State> {
  readonly nodeId: string;
  readonly pass: number;
  readonly config: Config;
  /** Milliseconds since the epoch. */
  readonly openedAt: number;
  /** Members that have not been yielded yet. */
  readonly members: MemberSet;
  /** Names of the wired outlets. */
  readonly wired: readonly string[];
  /** All that the behaviour must remember over an interruption: plain JSON, the same for every member. */
  readonly state: State;
}

/** Names an activity that a behaviour may call, with the types of what goes in and comes out. */
export interface EffectRef<Input extends JsonObject, Output> {
  readonly name: string;
  /** Verb shown in summaries, such as `submit`. */
  readonly verb: string;
  /**
   * Whether it only reads or writes the database, in less than a second or so: it is then carried as a part of a
   * workflow task and costs one event of history instead of six. Calls to anybody else are never short.
   */
  readonly short: boolean;
  /** Carries the types only. */
  readonly types?: (input: Input) => Output;
}

/**
 * What a behaviour may do besides computing.
 *
 * A behaviour can be dropped after any of these calls and is then entered again from the top with the members that
 * are left; so each call is idempotent by (cohort, visit, input).
 */
export interface NodeContext {
  readonly timings: Timings;
  now(): number;
  /** Instant at least `durationMs` from now, rounded up to the grid of the timings so that sets can meet. */
  deadline(durationMs: number): number;
  sleepUntil(instantMs: number): Promise<void>;
  effect<Input extends JsonObject, Output>(
    effect: EffectRef<Input, Output>,
    members: MemberSet,
    input: Input,
  ): Promise<Output>;
  /** Sleeps until receipts of this visit's members are hinted, or until the instant: then the set is empty. */
  receiptsUntil(instantMs: number): Promise<MemberSet>;
  /** Goes on awaiting receipts of members that leave now, so that their messages end in a recorded state. */
  awaitReceipts(members: MemberSet, deadlineMs: number): void;
}

/** A node type's behaviour: lets members go by yielding them, each exactly once. */
export type NodeRun<Config, State> = (
  visit: Visit<Config, State>,
  context: NodeContext,
) => AsyncGenerator<Routes, void, void>;

/**
 * The state of two visits of the same node and pass that become one, while both sleep.
 *
 * Nobody may be let go earlier than the own state said.
 */
export type MergeStates<State> = (a: State, b: State) => State;

/** What a node type does with members. */
export interface NodeBehaviour<Config, State> {
  readonly run: NodeRun<Config, State>;
  /** Needed of every type that sleeps. */
  readonly merge?: MergeStates<State>;
}

/** Any behaviour, as the registry holds it; configuration and state are JSON that its own type describes. */
export type AnyNodeBehaviour = NodeBehaviour<JsonObject, JsonObject>;
