import { MemberSet } from '../domain/member-set.ts';

/** Receipts still awaited for members that have left a node: no place of the graph, only a wait for the record. */
export interface AwaitedReceipts {
  readonly nodeId: string;
  readonly pass: number;
  readonly deadline: number;
  members: MemberSet;
}

export interface AwaitedReceiptsState {
  readonly nodeId: string;
  readonly pass: number;
  readonly deadline: number;
  readonly members: string;
}

export function awaitedOfState(size: number, state: AwaitedReceiptsState): AwaitedReceipts {
  return { ...state, members: MemberSet.fromHex(size, state.members) };
}

export function awaitedState(awaited: AwaitedReceipts): AwaitedReceiptsState {
  return { ...awaited, members: awaited.members.toHex() };
}
