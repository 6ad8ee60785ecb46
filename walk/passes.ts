import { MemberSet } from '../domain/member-set.ts';

/** How often each member has entered each node. */
export class Passes {
  private readonly size: number;
  /** Per node: at index `k` the members that have entered it more than `k` times. */
  private readonly entered = new Map<string, MemberSet[]>();

  /** @param entered as {@link toState} gives it */
  constructor(size: number, entered: Readonly<Record<string, readonly string[]>> = {}) {
    this.size = size;
    for (const [nodeId, levels] of Object.entries(entered)) {
      this.entered.set(
        nodeId,
        levels.flatMap((level) => {
          const [hex = '', times = '1'] = level.split('*');
          return Array.from({ length: Number(times) }, () => MemberSet.fromHex(size, hex));
        }),
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

  /** Per node its levels; equal ones that follow each other are one, `ff*12`: a loop has many. */
  toState(): Record<string, string[]> {
    return Object.fromEntries([...this.entered].map(([nodeId, levels]) => [nodeId, runsOf(levels)]));
  }
}

function runsOf(levels: readonly MemberSet[]): string[] {
  const runs: { hex: string; times: number }[] = [];
  for (const level of levels) {
    const hex = level.toHex();
    const last = runs.at(-1);
    if (last?.hex === hex) last.times += 1;
    else runs.push({ hex, times: 1 });
  }
  return runs.map(({ hex, times }) => (times === 1 ? hex : `${hex}*${times}`));
}
