import type { JsonObject } from './json.ts';

/** Members that left a node together: what the trace keeps for good. Member sets are hexadecimal text. */
export type Departure = {
  readonly nodeId: string;
  readonly pass: number;
  readonly outcome: string;
  readonly reason: string;
  readonly outlet: string;
  /** The node that they went to, or null when their walk ended. */
  readonly nextNodeId: string | null;
  /** Why their walk ended, or null when it goes on. */
  readonly exit: string | null;
  readonly members: string;
};

/** Where members are now. */
export type PlaceRecord = {
  readonly number: number;
  readonly nodeId: string;
  readonly pass: number;
  readonly members: string;
  readonly arrivedAt: number;
  readonly opened: boolean;
  readonly openedAt: number;
  readonly state: JsonObject;
  /** Why the visit can't go on without an operator, or null. */
  readonly stuck: { readonly code: string; readonly message: string; readonly at: number } | null;
};

/** One step of a cohort's walk, written in one transaction. */
export type WalkRecord = {
  /** Rises with every record of a cohort; an older one never overwrites the places of a newer one. */
  readonly step: number;
  readonly departures: readonly Departure[];
  /** All places of the cohort once the departures have happened. */
  readonly places: readonly PlaceRecord[];
};

/** Members of the record for whom another route had been recorded before: that one holds. */
export type WalkRecordAnswer = { readonly conflicts: readonly Departure[] };
