import type { PlaceRecord } from './walk-record.ts';

/** A walk as the database remembers it, in the shape in which a walk carries itself on. */
export type StoredWalk = {
  readonly step: number;
  readonly table: {
    readonly nextNumber: number;
    readonly places: readonly PlaceRecord[];
    /** Per node, the members that have entered it at least once, twice, … */
    readonly entered: Readonly<Record<string, readonly string[]>>;
    readonly exited: string;
  };
  readonly awaited: readonly {
    readonly nodeId: string;
    readonly pass: number;
    readonly deadline: number;
    readonly members: string;
  }[];
  readonly unread: readonly [];
  readonly tally: Readonly<Record<string, Readonly<Record<string, number>>>>;
};
