import { MemberSet } from '../domain/member-set.ts';

/** How often each member has entered each node. */
export class Passes {
  private readonly size: number;
  /** Per node: at index `k` the members that have entered it more than `k` times. */
  private readonly entered = new Map<string, MemberSet[]>();

  constructor(size: number, entered: Readonly<Record<string, readonly string[]>> = {}) {
    this.size = size;
    for (const [nodeId, levels] of Object.entries(entered)) {
      this.entered.set(
        nodeId,
        levels.map((hex) => MemberSet.fromHex(size, hex)),
      );
    }
  }

  /** Members that have entered the node exactly `count` times. */
  exactly(nodeId: string, count: number): MemberSet {
    return this.atLeast(nodeId, count).minus(this.atLeast(nodeId, count + 1));
  }

  atLeast(nodeId: string, count: number): MemberSet {
    if (count === 0) return MemberSet.full(this.size);
    return this.entered.get(nodeId)?.[count - 1] ?? MemberSet.empty(this.size);
  }

  /** Counts one more entry of each member and groups them by the pass that begins. */
  enter(nodeId: string, members: MemberSet): readonly { pass: number; members: MemberSet }[] {
    const levels = this.entered.get(nodeId) ?? [];
    const groups: { pass: number; members: MemberSet }[] = [];
    for (let count = levels.length; count >= 0; count -= 1) {
      const group = this.exactly(nodeId, count).intersect(members);
      if (group.isEmpty()) continue;
      groups.unshift({ pass: count + 1, members: group });
    }
    for (const { pass, members: group } of groups) {
      levels[pass - 1] = (levels[pass - 1] ?? MemberSet.empty(this.size)).union(group);
    }
    this.entered.set(nodeId, levels);
    return groups;
  }

  clone(): Passes {
    return new Passes(this.size, this.toState());
  }

  toState(): Record<string, string[]> {
    return Object.fromEntries(
      [...this.entered].map(([nodeId, levels]) => [nodeId, levels.map((level) => level.toHex())]),
    );
  }
}
