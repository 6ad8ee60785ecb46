import type { EffectAnswer, EffectScope } from '../../domain/effects.ts';
import { groupBy } from '../../domain/group-by.ts';
import type { JsonObject } from '../../domain/json.ts';
import { MemberSet } from '../../domain/member-set.ts';
import type { WalkGraph } from '../../domain/walk-graph.ts';
import type { WalkRecord, WalkRecordAnswer } from '../../domain/walk-record.ts';
import type { AnyEffectRef } from '../../walk/host.ts';
import { settle } from './virtual-clock.ts';
import { rulesOf } from '../../walk/rules.ts';
import type { Walk } from '../../walk/walk.ts';
import type { WalkState } from '../../walk/walk-state.ts';
import { ScriptedMessages, type Fate } from './message-run.ts';
import { VirtualWalk } from './virtual-walk.ts';

/** Where a walk is interrupted: at its n-th call of the host, while it is under way or some turns after its answer. */
export interface Interruption {
  readonly call: number;
  /** Undefined interrupts while the call is under way; a number counts turns of the microtask queue after its answer. */
  readonly turnsAfter: number | undefined;
}

export interface InterruptedResult {
  readonly host: InterruptedWalk;
  readonly done: boolean;
  readonly interrupted: boolean;
}

/** A virtual walk that is drained at one of its calls, and that checks every record for the sum of its members. */
export class InterruptedWalk extends VirtualWalk {
  current: Walk | undefined;
  hostCalls = 0;
  private readonly members: number;
  private readonly interruptions: readonly Interruption[];

  constructor(
    size: number,
    graph: WalkGraph,
    effects: ConstructorParameters<typeof VirtualWalk>[2],
    interruptions: readonly Interruption[],
    maxPasses?: number,
  ) {
    super(size, graph, effects, maxPasses);
    this.members = size;
    this.interruptions = interruptions;
  }

  override effect(
    effect: AnyEffectRef,
    scope: EffectScope,
    input: JsonObject,
  ): Promise<EffectAnswer<unknown>> {
    return this.interruptible(() => super.effect(effect, scope, input));
  }

  override record(record: WalkRecord): Promise<WalkRecordAnswer> {
    return this.interruptible(async () => {
      const answer = await super.record(record);
      this.assertSum(record);
      return answer;
    });
  }

  private async interruptible<T>(call: () => Promise<T>): Promise<T> {
    this.hostCalls += 1;
    const interruption = this.interruptions.find((one) => one.call === this.hostCalls);
    if (!interruption) return call();
    const { turnsAfter } = interruption;
    if (turnsAfter === undefined) this.current?.drain();
    const answer = await call();
    if (turnsAfter !== undefined) void this.drainLater(turnsAfter);
    return answer;
  }

  private async drainLater(turns: number): Promise<void> {
    const walk = this.current;
    for (let i = 0; i < turns; i += 1) await Promise.resolve();
    walk?.drain();
  }

  /** However slowly members come by, few visits of a node are open. */
  assertFewVisits(): void {
    const open = groupBy(
      (this.current?.toState().table.places ?? []).filter((place) => place.opened),
      ({ nodeId, pass }) => `${nodeId}/${pass}`,
    );
    const most = Math.max(0, ...[...open.values()].map((visits) => visits.length));
    if (most > rulesOf(1).maxOpenVisits) throw new Error(`${most} visits of one node are open.`);
  }

  /** Everybody is at exactly one place of the record, or has an end in the trace. */
  private assertSum(record: WalkRecord): void {
    let everybody = this.ended();
    let sum = everybody.count();
    for (const place of record.places) {
      const here = MemberSet.fromHex(this.members, place.members);
      everybody = everybody.union(here);
      sum += here.count();
    }
    if (everybody.count() !== this.members || sum !== this.members) {
      throw new Error(
        `${everybody.count()} of ${this.members} members are somewhere, ${sum} places are taken.`,
      );
    }
  }
}

export interface InterruptedWalkOptions {
  readonly size: number;
  readonly graph: WalkGraph;
  readonly fateOf: (member: number, nodeId: string, pass: number) => Fate;
  readonly isMatching?: (member: number, nodeId: string, pass: number) => boolean;
  readonly receiptAfterMs?: (member: number, nodeId: string, pass: number) => number;
  readonly interruptions?: readonly Interruption[];
  readonly maxPasses?: number;
}

/** Walks to the end; an interrupted walk goes on from its state, which has been text in between. */
export async function walkInterrupted({
  size,
  graph,
  fateOf,
  isMatching = (member, _, pass) => member % 2 === pass % 2,
  receiptAfterMs,
  interruptions = [],
  maxPasses,
}: InterruptedWalkOptions): Promise<InterruptedResult> {
  const messages = new ScriptedMessages(
    size,
    () => host.clock.now(),
    (member, { nodeId, pass }) => fateOf(member, nodeId, pass),
    receiptAfterMs && ((member, { nodeId, pass }) => receiptAfterMs(member, nodeId, pass)),
  );
  const evaluateCondition = ({ nodeId, pass, members }: EffectScope): { matching: string } => {
    const matching = MemberSet.fromHex(size, members)
      .indexes()
      .filter((index) => isMatching(index, nodeId, pass));
    return { matching: MemberSet.of(size, matching).toHex() };
  };
  const host: InterruptedWalk = new InterruptedWalk(
    size,
    graph,
    { ...messages.effects, evaluateCondition },
    interruptions,
    maxPasses,
  );
  let interrupted = false;
  let walk = (host.current = host.walk());
  for (;;) {
    await settle(walk);
    host.assertFewVisits();
    if (walk.done) return { host, done: true, interrupted };
    if (walk.drained) {
      // What is on its way comes to its end before the state is read, as in a workflow.
      await new Promise(setImmediate);
      interrupted = true;
      walk = host.current = host.walk(JSON.parse(JSON.stringify(walk.toState())) as WalkState);
      continue;
    }
    const instants = [walk.nextWakeAt(), messages.nextReceiptAt()].filter((instant) => instant !== undefined);
    if (instants.length === 0) return { host, done: false, interrupted };
    host.clock.leapTo(Math.min(...instants));
    messages.hint(walk);
    walk.changed = true;
  }
}
