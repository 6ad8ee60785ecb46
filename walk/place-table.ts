import type { JsonObject } from '../domain/json.ts';
import { MemberSet } from '../domain/member-set.ts';
import type { Departure, PlaceRecord } from '../domain/walk-record.ts';
import { Passes } from './passes.ts';
import { placeOfRecord, placeRecord, type Place } from './place.ts';

/** A departure with the place that its members leave. */
export interface Move {
  readonly from: number;
  readonly departure: Departure;
}

export interface PlaceTableState {
  readonly nextNumber: number;
  readonly places: readonly PlaceRecord[];
  readonly entered: Readonly<Record<string, readonly string[]>>;
  readonly exited: string;
}

/** Where every member of a cohort is: at exactly one place, or at its end. */
export class PlaceTable {
  readonly size: number;
  readonly passes: Passes;
  exited: MemberSet;
  private nextNumber: number;
  private readonly places: Map<number, Place>;

  constructor(size: number, state: PlaceTableState) {
    this.size = size;
    this.nextNumber = state.nextNumber;
    this.passes = new Passes(size, state.entered);
    this.exited = MemberSet.fromHex(size, state.exited);
    this.places = new Map(state.places.map((record) => [record.number, placeOfRecord(size, record)]));
  }

  /** Everybody arrives at the first node. */
  static atStart(size: number, startNodeId: string, now: number): PlaceTable {
    const table = new PlaceTable(size, {
      nextNumber: 1,
      places: [],
      entered: {},
      exited: MemberSet.empty(size).toHex(),
    });
    table.arrive(startNodeId, MemberSet.full(size), now);
    return table;
  }

  all(): readonly Place[] {
    return [...this.places.values()];
  }

  get(number: number): Place | undefined {
    return this.places.get(number);
  }

  close(number: number): void {
    this.places.delete(number);
  }

  /** Makes one visit of two at the same node and pass. */
  merge(into: Place, from: Place, state: JsonObject): void {
    into.members = into.members.union(from.members);
    into.openedAt = Math.min(into.openedAt, from.openedAt);
    into.state = state;
    this.places.delete(from.number);
    this.assertComplete();
  }

  isEmpty(): boolean {
    return this.places.size === 0;
  }

  /** Moves members along; buffers that they arrive in are made as needed. */
  apply(moves: readonly Move[], now: number): void {
    for (const { from, departure } of moves) {
      const members = MemberSet.fromHex(this.size, departure.members);
      const place = this.places.get(from);
      if (place) place.members = place.members.minus(members);
      if (departure.nextNodeId === null) this.exited = this.exited.union(members);
      else this.arrive(departure.nextNodeId, members, now);
    }
    this.assertComplete();
  }

  /** The places as they will be once the moves have happened, without touching this table. */
  recordAfter(moves: readonly Move[], now: number): readonly PlaceRecord[] {
    const after = new PlaceTable(this.size, this.toState());
    after.apply(moves, now);
    return after
      .all()
      .filter((place) => !place.members.isEmpty())
      .map(placeRecord);
  }

  toState(): PlaceTableState {
    return {
      nextNumber: this.nextNumber,
      places: this.all().map(placeRecord),
      entered: this.passes.toState(),
      exited: this.exited.toHex(),
    };
  }

  private arrive(nodeId: string, members: MemberSet, now: number): void {
    for (const { pass, members: group } of this.passes.enter(nodeId, members)) {
      const buffer = this.all().find(
        (place) => !place.opened && place.nodeId === nodeId && place.pass === pass,
      );
      if (buffer) {
        buffer.members = buffer.members.union(group);
        continue;
      }
      const number = this.nextNumber;
      this.nextNumber += 1;
      this.places.set(number, {
        number,
        nodeId,
        pass,
        members: group,
        arrivedAt: now,
        opened: false,
        openedAt: 0,
        state: {},
        stuck: null,
      });
    }
  }

  private assertComplete(): void {
    const count = this.all().reduce((sum, place) => sum + place.members.count(), this.exited.count());
    if (count !== this.size) {
      throw new Error(`The walk holds ${count} members of a cohort of ${this.size}.`);
    }
  }
}
