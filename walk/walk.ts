import { reconcileEffect } from '../domain/effects.ts';
import { groupBy } from '../domain/group-by.ts';
import { MemberSet } from '../domain/member-set.ts';
import type { VisitDecision } from '../domain/incident.ts';
import type { AnyNodeBehaviour, Routes } from '../domain/node-run.ts';
import type { Timings } from '../domain/timings.ts';
import type { WalkGraph, WalkNode } from '../domain/walk-graph.ts';
import type { Departure } from '../domain/walk-record.ts';
import { AwaitedList, type AwaitedReceipts } from './awaited-receipts.ts';
import { closestVisits } from './closest-visits.ts';
import { contextOf, viewOf } from './context.ts';
import { departuresOf, RoutingError } from './departures.ts';
import { HintBox } from './hint-box.ts';
import type { WalkHost } from './host.ts';
import type { Place } from './place.ts';
import { PlaceTable } from './place-table.ts';
import { reachOf } from './reach.ts';
import { Recorder } from './recorder.ts';
import type { WalkRules } from './rules.ts';
import type { RunningVisit } from './running-visit.ts';
import { Tally } from './tally.ts';
import type { WalkState } from './walk-state.ts';

export interface WalkOptions {
  readonly cohortId: string;
  readonly size: number;
  readonly graph: WalkGraph;
  readonly timings: Timings;
  readonly behaviours: ReadonlyMap<string, AnyNodeBehaviour>;
  readonly host: WalkHost;
  /** Of the version that the walk began under. */
  readonly rules: WalkRules;
  /** Where an earlier part of the same walk stopped; at the start of the graph by default. */
  readonly state?: WalkState | undefined;
}

/**
 * Walks a cohort through its graph.
 *
 * The carrier calls {@link advance} whenever {@link changed} is set or {@link nextWakeAt} has come, until
 * {@link done}. Nothing here knows a node type by name, the clock or Temporal.
 */
export class Walk {
  readonly options: WalkOptions;
  readonly hints: HintBox;
  readonly tally: Tally;
  readonly awaited: AwaitedList;
  /** Set when something happened that {@link advance} should look at. */
  changed = true;
  /** Set once an effect has learnt that the run no longer runs. */
  halted: 'paused' | 'cancelled' | undefined;
  /** Nothing is opened or resumed any more; what is in flight comes to its end. */
  draining = false;
  /** Effects and records under way. */
  inFlight = 0;
  private readonly table: PlaceTable;
  private readonly recorder: Recorder;
  private readonly reach: ReadonlyMap<string, ReadonlySet<string>>;
  private readonly running = new Map<number, RunningVisit>();

  constructor(options: WalkOptions) {
    const { size, graph, state, host, rules } = options;
    this.options = options;
    this.reach = reachOf(graph);
    this.table = state
      ? new PlaceTable(size, state.table)
      : PlaceTable.atStart(size, graph.startNodeId, host.now());
    this.hints = new HintBox(size, state?.unread);
    this.tally = new Tally(state?.tally);
    this.awaited = new AwaitedList(size, rules.maxOpenVisits, state?.awaited);
    this.recorder = new Recorder(this, this.table, state?.step ?? 0);
    this.resume();
  }

  get done(): boolean {
    return this.table.isEmpty() && this.awaited.isEmpty && this.inFlight === 0;
  }

  /** As {@link draining}, where a compiler would believe an earlier look. */
  isDraining(): boolean {
    return this.draining;
  }

  /** Whether nothing happens until an instant, a hint or an operator. */
  get idle(): boolean {
    return (
      this.inFlight === 0 &&
      !this.changed &&
      [...this.running.values()].every((run) => run.status === 'asleep')
    );
  }

  /** Whether a walk that drains has nothing in flight any more. */
  get drained(): boolean {
    return this.draining && this.inFlight === 0;
  }

  /** Why the walk as a whole can't go on, if so. */
  get failure(): Error | undefined {
    return this.recorder.failure;
  }

  /** Whether the last record says something else of where everybody is. */
  get isUnrecorded(): boolean {
    return this.recorder.isBehind;
  }

  /** Writes where everybody is: a walk that was lost with its carrier goes on from there. */
  save(): Promise<void> {
    return this.recorder.savePlaces();
  }

  /** Opens what may open and wakes what is due. */
  advance(): void {
    this.changed = false;
    if (this.draining) return;
    const now = this.options.host.now();
    for (const place of this.table.all())
      if (!place.opened && this.mayOpen(place, now)) this.open(place, now);
    for (const run of this.running.values()) {
      if (run.status === 'asleep' && run.wakeAt <= now) run.wake(this.nobody());
    }
    for (const awaited of this.awaited.takeDue(now)) this.closeAwaited(awaited);
    this.mergeVisits();
  }

  /** The next instant at which {@link advance} has something to do by itself. */
  nextWakeAt(): number | undefined {
    const instants = [
      ...this.table.all().flatMap((place) => (place.opened ? [] : [place.arrivedAt + this.bufferMs(place)])),
      ...[...this.running.values()].flatMap((run) => (run.status === 'asleep' ? [run.wakeAt] : [])),
      ...this.awaited.deadlines(),
    ].filter((instant) => Number.isFinite(instant));
    return instants.length === 0 ? undefined : Math.min(...instants);
  }

  /** Takes a hint that messages of these members have ended. */
  receiveHint(nodeId: string, pass: number, members: MemberSet): void {
    this.awaited.forget(nodeId, pass, members);
    this.changed = true;
    const here = this.table.all().filter((place) => place.nodeId === nodeId && place.pass === pass);
    const present = here.reduce((set, place) => set.union(place.members), this.nobody());
    this.hints.put(nodeId, pass, members.intersect(present));
    // Nobody who is woken now would come to read it.
    if (this.draining) return;
    for (const run of this.running.values()) {
      if (run.status !== 'asleep' || !run.wantsReceipts || !here.includes(run.place)) continue;
      const hinted = this.hints.take(nodeId, pass, run.place.members);
      if (!hinted.isEmpty()) run.wake(hinted);
    }
  }

  /** Stops opening and resuming; once {@link drained} the behaviours can be dropped. */
  drain(): void {
    this.draining = true;
    for (const run of this.running.values()) {
      this.hints.put(run.place.nodeId, run.place.pass, run.hinted);
      run.hinted = this.nobody();
    }
  }

  /** Learns that the run no longer runs. */
  halt(state: 'paused' | 'cancelled'): void {
    this.halted = state;
    this.drain();
    this.changed = true;
  }

  /** Drops the behaviours and begins every open visit again from the top. */
  resume(): void {
    this.running.clear();
    this.draining = false;
    this.halted = undefined;
    this.changed = true;
    for (const place of this.table.all()) {
      if (place.opened && place.members.isEmpty()) this.table.close(place.number);
      else if (place.opened && !place.stuck) this.begin(place);
    }
  }

  /** Carries out an operator's choice for a visit that is stuck; any other visit stays as it is. */
  decide({ number, stuckAt, decision }: VisitDecision): void {
    const place = this.table.get(number);
    if (this.draining || place?.stuck?.at !== stuckAt) return;
    const reason = place.stuck.code;
    place.stuck = null;
    this.changed = true;
    if (decision.action === 'retry') {
      this.begin(place);
      return;
    }
    const { members } = place;
    const route =
      decision.action === 'skip'
        ? { members, outlet: decision.outlet, outcome: 'skipped', reason }
        : { members, outlet: '', outcome: 'exited', reason, exit: 'operator' };
    void this.recorder.leave(place, this.departures([route], place)).then(() => {
      this.table.close(number);
      this.changed = true;
    });
  }

  /** Ends everybody's walk where they are; call it drained. */
  async exitAll(reason: string): Promise<void> {
    this.running.clear();
    this.awaited.clear();
    await Promise.all(
      this.table.all().map(async (place) => {
        const { nodeId, pass, members } = place;
        const exit = { nodeId, pass, outlet: '', outcome: 'exited', reason, nextNodeId: null, exit: reason };
        if (!members.isEmpty()) await this.recorder.leave(place, [{ ...exit, members: members.toHex() }]);
        this.table.close(place.number);
      }),
    );
  }

  toState(): WalkState {
    return {
      step: this.recorder.step,
      table: this.table.toState(),
      awaited: this.awaited.toState(),
      unread: this.hints.toState(),
      tally: this.tally.toState(),
    };
  }

  nodeOf(place: Place): WalkNode {
    const node = this.options.graph.nodes[place.nodeId];
    if (!node) throw new Error(`The graph has no node "${place.nodeId}".`);
    return node;
  }

  /** Visits that wait for an operator. */
  stuck(): readonly Place[] {
    return this.table.all().filter((place) => place.stuck !== null);
  }

  /** Members by node that are there now. */
  present(): ReadonlyMap<string, number> {
    const present = new Map<string, number>();
    for (const { nodeId, members } of this.table.all()) {
      present.set(nodeId, (present.get(nodeId) ?? 0) + members.count());
    }
    return present;
  }

  applied(departures: readonly Departure[]): void {
    this.tally.add(this.options.size, departures);
    this.changed = true;
  }

  nobody(): MemberSet {
    return MemberSet.empty(this.options.size);
  }

  private bufferMs(place: Place): number {
    const { size, timings, rules } = this.options;
    return size >= rules.gatherFromSize && this.nodeOf(place).gathers ? timings.arrivalBufferMs : 0;
  }

  private mayOpen(buffer: Place, now: number): boolean {
    return now >= buffer.arrivedAt + this.bufferMs(buffer) || !this.someoneMayArrive(buffer);
  }

  private someoneMayArrive(buffer: Place): boolean {
    const expected = this.table.passes.exactly(buffer.nodeId, buffer.pass - 1);
    return this.table
      .all()
      .some(
        (place) =>
          place !== buffer &&
          (this.reach.get(place.nodeId)?.has(buffer.nodeId) ?? false) &&
          !place.members.intersect(expected).isEmpty(),
      );
  }

  private open(place: Place, now: number): void {
    place.opened = true;
    place.openedAt = now;
    this.begin(place);
  }

  /** Keeps the open visits of a node few: see {@link closestVisits}. */
  private mergeVisits(): void {
    const visits = [...this.running.values()];
    const most = this.options.rules.maxOpenVisits;
    for (const own of groupBy(visits, ({ place }) => `${place.nodeId}/${place.pass}`).values()) {
      let open = own;
      for (let pair = closestVisits(open, most); pair; pair = closestVisits(open, most)) {
        const [earlier, later] = pair;
        const merge = this.behaviourOf(later.place).merge;
        if (!merge) break;
        const state = merge(later.place.state, earlier.place.state);
        this.running.delete(earlier.place.number);
        this.table.merge(later.place, earlier.place, state);
        open = open.filter((visit) => visit !== earlier && visit !== later);
        open.push(this.begin(later.place));
      }
    }
  }

  private begin(place: Place): RunningVisit {
    const run: RunningVisit = {
      place,
      status: 'busy',
      wakeAt: Number.POSITIVE_INFINITY,
      wantsReceipts: false,
      hinted: this.nobody(),
      wake: () => undefined,
    };
    this.running.set(place.number, run);
    void this.drive(run);
    return run;
  }

  private behaviourOf(place: Place): AnyNodeBehaviour {
    const { typeKey } = this.nodeOf(place);
    const behaviour = this.options.behaviours.get(typeKey);
    if (!behaviour) throw new Error(`No behaviour is registered for node type "${typeKey}".`);
    return behaviour;
  }

  /** Carries one behaviour to its end, or until it is dropped; never rejects. */
  private async drive(run: RunningVisit): Promise<void> {
    const { place } = run;
    try {
      const node = this.nodeOf(place);
      const { run: behave } = this.behaviourOf(place);
      for await (const routes of behave(viewOf(place, node), contextOf(this, run, node))) {
        if (this.isDropped(run)) return;
        const departures = this.departures(routes, place);
        if (departures.length > 0) await this.recorder.leave(place, departures);
        if (this.isDropped(run)) return;
      }
      if (!place.members.isEmpty())
        throw new RoutingError(`Node "${place.nodeId}" ended with members left over.`);
      this.table.close(place.number);
    } catch (error) {
      if (this.isDropped(run)) return;
      const message = error instanceof Error ? error.message : String(error);
      place.stuck = { code: codeOf(error), message, at: this.options.host.now() };
      void this.recorder.leave(place, []);
    }
    this.running.delete(place.number);
    this.changed = true;
  }

  private departures(routes: Routes, place: Place): readonly Departure[] {
    const limit = { passes: this.table.passes, max: this.options.rules.maxPasses };
    return departuresOf(routes, place, this.nodeOf(place), limit);
  }

  private isDropped(run: RunningVisit): boolean {
    return this.draining || this.running.get(run.place.number) !== run;
  }

  /** The deadline of receipts that nobody waits for at a node: the ledger is told to close their messages. */
  private closeAwaited(awaited: AwaitedReceipts): void {
    const { nodeId, pass, members } = awaited;
    const { cohortId, host, graph } = this.options;
    const scope = { cohortId, nodeId, pass, members: members.toHex() };
    const summary = `${graph.nodes[nodeId]?.label ?? nodeId} · ${reconcileEffect.verb} ${members.count()}`;
    this.inFlight += 1;
    host
      .effect(reconcileEffect, scope, { atDeadline: true }, summary)
      .catch(() => undefined)
      .finally(() => {
        this.inFlight -= 1;
        this.changed = true;
      });
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : 'node_error';
}
