import type { EffectAnswer, EffectScope } from '../../domain/effects.ts';
import type { JsonObject } from '../../domain/json.ts';
import { MemberSet } from '../../domain/member-set.ts';
import type { WalkGraph, WalkNode } from '../../domain/walk-graph.ts';
import type { Departure, WalkRecord, WalkRecordAnswer } from '../../domain/walk-record.ts';
import { NODE_BEHAVIOURS } from '../../nodes/runs.ts';
import { timingsOf } from '../../config/timings.ts';
import type { AnyEffectRef, WalkHost } from '../../walk/host.ts';
import { VirtualClock } from './virtual-clock.ts';
import { rulesOf } from '../../walk/rules.ts';
import { Walk } from '../../walk/walk.ts';
import type { WalkState } from '../../walk/walk-state.ts';

export const NOON = Date.UTC(2026, 10, 18, 18);

type EffectHandler = (scope: EffectScope, input: JsonObject) => unknown;

/** A walk on a virtual clock, with a trace in memory that keeps the first route of every member. */
export class VirtualWalk implements WalkHost {
  readonly clock = new VirtualClock(NOON);
  readonly records: WalkRecord[] = [];
  readonly calls: { name: string; scope: EffectScope; input: JsonObject; at: number }[] = [];
  readonly trace: (Departure & { at: number })[] = [];
  halted: 'paused' | 'cancelled' | undefined;
  private readonly graph: WalkGraph;
  private readonly size: number;
  private readonly effects: Record<string, EffectHandler>;
  private readonly maxPasses: number | undefined;

  constructor(
    size: number,
    graph: WalkGraph,
    effects: Record<string, EffectHandler> = {},
    maxPasses?: number,
  ) {
    this.maxPasses = maxPasses;
    this.size = size;
    this.graph = graph;
    this.effects = effects;
  }

  walk(state?: WalkState): Walk {
    return new Walk({
      cohortId: '1',
      size: this.size,
      graph: this.graph,
      timings: timingsOf('production'),
      behaviours: NODE_BEHAVIOURS,
      host: this,
      rules: { ...rulesOf(1), ...(this.maxPasses !== undefined && { maxPasses: this.maxPasses }) },
      state,
    });
  }

  now(): number {
    return this.clock.now();
  }

  effect({ name }: AnyEffectRef, scope: EffectScope, input: JsonObject): Promise<EffectAnswer<unknown>> {
    if (this.halted) return Promise.resolve({ halted: this.halted });
    this.calls.push({ name, scope, input, at: this.now() });
    const handler = this.effects[name];
    if (!handler) return Promise.reject(new Error(`No effect "${name}" in this test.`));
    return Promise.resolve().then(() => ({ value: handler(scope, input) }));
  }

  record(record: WalkRecord): Promise<WalkRecordAnswer> {
    this.records.push(record);
    const conflicts: Departure[] = [];
    for (const departure of record.departures) {
      let members = MemberSet.fromHex(this.size, departure.members);
      for (const earlier of this.trace) {
        if (earlier.nodeId !== departure.nodeId || earlier.pass !== departure.pass) continue;
        const again = members.intersect(MemberSet.fromHex(this.size, earlier.members));
        if (again.isEmpty()) continue;
        conflicts.push({ ...earlier, members: again.toHex() });
        members = members.minus(again);
      }
      this.trace.push({ ...departure, members: members.toHex(), at: this.now() });
    }
    return Promise.resolve({ conflicts });
  }

  /** Members that the trace let go from a node, by outcome. */
  outcomes(nodeId: string): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const { outcome, members } of this.trace.filter((row) => row.nodeId === nodeId)) {
      counts[outcome] = (counts[outcome] ?? 0) + MemberSet.fromHex(this.size, members).count();
    }
    return counts;
  }

  /** Members whose walk has ended in the trace. */
  ended(): MemberSet {
    return this.trace
      .filter((row) => row.exit !== null)
      .reduce((set, row) => set.union(MemberSet.fromHex(this.size, row.members)), MemberSet.empty(this.size));
  }
}

/** `graphOf({ start: ['now', {}, { next: 'end' }], end: ['exit', { reason: '' }] })`; the first node starts. */
export function graphOf(
  nodes: Record<string, [type: string, config?: JsonObject, outlets?: Record<string, string>]>,
): WalkGraph {
  const walkNodes = Object.entries(nodes).map(
    ([nodeId, [type, config = {}, outlets = {}]]): [string, WalkNode] => [
      nodeId,
      {
        nodeId,
        typeKey: `${type}.v1`,
        label: nodeId,
        config,
        outlets,
        fallsToNext: type === 'mms' || type === 'sms',
        gathers: type === 'mms' || type === 'sms',
      },
    ],
  );
  return { startNodeId: Object.keys(nodes)[0] ?? '', nodes: Object.fromEntries(walkNodes) };
}
