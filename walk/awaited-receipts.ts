import { MemberSet } from '../domain/member-set.ts';

/** Receipts still awaited for members that have left a node: no place of the graph, only a wait for the record. */
export interface AwaitedReceipts {
  readonly nodeId: string;
  readonly pass: number;
  readonly deadline: number;
  readonly members: MemberSet;
}

export interface AwaitedReceiptsState {
  readonly nodeId: string;
  readonly pass: number;
  readonly deadline: number;
  readonly members: string;
}

/** The receipts that a cohort awaits besides its visits; few deadlines, however slowly members came by. */
export class AwaitedList {
  private readonly most: number;
  private awaited: AwaitedReceipts[];

  /** @param most deadlines of one node and pass; beyond it two become one */
  constructor(size: number, most: number, state: readonly AwaitedReceiptsState[] = []) {
    this.most = most;
    this.awaited = state.map((one) => ({ ...one, members: MemberSet.fromHex(size, one.members) }));
  }

  get isEmpty(): boolean {
    return this.awaited.length === 0;
  }

  deadlines(): readonly number[] {
    return this.awaited.map(({ deadline }) => deadline);
  }

  /** Members that are awaited at this node and pass already are awaited until the new deadline. */
  add({ nodeId, pass, deadline, members }: AwaitedReceipts): void {
    if (members.isEmpty()) return;
    this.forget(nodeId, pass, members);
    const known = this.at(nodeId, pass).find((one) => one.deadline === deadline);
    const union = known ? known.members.union(members) : members;
    this.replace(known ? [known] : [], { nodeId, pass, deadline, members: union });
    const own = this.at(nodeId, pass);
    if (own.length > this.most) this.joinClosest(own);
  }

  /** These members' messages have ended. */
  forget(nodeId: string, pass: number, members: MemberSet): void {
    for (const one of this.at(nodeId, pass)) {
      this.replace([one], { ...one, members: one.members.minus(members) });
    }
  }

  /** Takes those whose deadline has come. */
  takeDue(now: number): readonly AwaitedReceipts[] {
    const due = this.awaited.filter(({ deadline }) => deadline <= now);
    this.awaited = this.awaited.filter(({ deadline }) => deadline > now);
    return due;
  }

  clear(): void {
    this.awaited = [];
  }

  toState(): AwaitedReceiptsState[] {
    return this.awaited.map((one) => ({ ...one, members: one.members.toHex() }));
  }

  private at(nodeId: string, pass: number): readonly AwaitedReceipts[] {
    return this.awaited.filter((one) => one.nodeId === nodeId && one.pass === pass);
  }

  /** Two of them become one at the later deadline: those with the smallest gap. */
  private joinClosest(own: readonly AwaitedReceipts[]): void {
    const sorted = own.toSorted((a, b) => a.deadline - b.deadline);
    const pairs = sorted.slice(1).flatMap((later, index) => {
      const earlier = sorted[index];
      return earlier ? [{ earlier, later, gap: later.deadline - earlier.deadline }] : [];
    });
    const [closest] = pairs.sort((a, b) => a.gap - b.gap);
    if (!closest) return;
    const { earlier, later } = closest;
    this.replace([earlier, later], { ...later, members: later.members.union(earlier.members) });
  }

  private replace(old: readonly AwaitedReceipts[], one: AwaitedReceipts): void {
    this.awaited = this.awaited.filter((known) => !old.includes(known));
    if (!one.members.isEmpty()) this.awaited.push(one);
  }
}
