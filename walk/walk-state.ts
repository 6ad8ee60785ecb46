import type { AwaitedReceiptsState } from './awaited-receipts.ts';
import type { HintState } from './hint-box.ts';
import type { PlaceTableState } from './place-table.ts';

/** Everything that a walk carries from one workflow run to the next: plain JSON. */
export interface WalkState {
  readonly step: number;
  readonly table: PlaceTableState;
  readonly awaited: readonly AwaitedReceiptsState[];
  readonly unread: readonly HintState[];
  /** Members by node and outcome, for people to read. */
  readonly tally: Readonly<Record<string, Readonly<Record<string, number>>>>;
}
