import { MemberSet } from '../domain/member-set.ts';

export interface HintState {
  readonly nodeId: string;
  readonly pass: number;
  readonly members: string;
}

/** Hints that no visit has read yet: members whose messages have ended, by node and pass. */
export class HintBox {
  private readonly size: number;
  private unread: { nodeId: string; pass: number; members: MemberSet }[];

  constructor(size: number, state: readonly HintState[] = []) {
    this.size = size;
    this.unread = state.map((hint) => ({ ...hint, members: MemberSet.fromHex(size, hint.members) }));
  }

  put(nodeId: string, pass: number, members: MemberSet): void {
    if (members.isEmpty()) return;
    const known = this.unread.find((hint) => hint.nodeId === nodeId && hint.pass === pass);
    if (known) known.members = known.members.union(members);
    else this.unread.push({ nodeId, pass, members });
  }

  /** Takes the hinted members among those asked for; each is handed out once. */
  take(nodeId: string, pass: number, among: MemberSet): MemberSet {
    const hint = this.unread.find((unread) => unread.nodeId === nodeId && unread.pass === pass);
    if (!hint) return MemberSet.empty(this.size);
    const taken = hint.members.intersect(among);
    hint.members = hint.members.minus(taken);
    this.unread = this.unread.filter((unread) => !unread.members.isEmpty());
    return taken;
  }

  toState(): HintState[] {
    return this.unread.map((hint) => ({ ...hint, members: hint.members.toHex() }));
  }
}
