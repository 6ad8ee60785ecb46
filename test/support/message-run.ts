import type { EffectScope, OutcomeGroup, SubmitResult } from '../../domain/effects.ts';
import type { JsonObject } from '../../domain/json.ts';
import { groupBy } from '../../domain/group-by.ts';
import { MemberSet } from '../../domain/member-set.ts';
import type { MessageOutcome } from '../../domain/message-outcome.ts';
import { settle } from './virtual-clock.ts';
import type { Walk } from '../../walk/walk.ts';
import type { VirtualWalk } from './virtual-walk.ts';

const SECOND = 1_000;
export const RECEIPT_AFTER_MS = 10 * SECOND;
export const RETRY_AFTER_MS = 30 * SECOND;
export const IN_DOUBT_MS = 60 * SECOND;

/**
 * What happens to a member's message, whoever asks and however often.
 *
 * - `delivered`, `failed`: accepted, and a receipt after {@link RECEIPT_AFTER_MS}
 * - `silent`: accepted, and never a receipt
 * - `throttled`: waits in the ledger for {@link RETRY_AFTER_MS}, then as `delivered`
 * - `abandoned`: somebody may still be calling for {@link IN_DOUBT_MS}, then as `unknown`
 * - `refused`: kept in by the gate
 */
export const FATES = [
  'delivered',
  'failed',
  'silent',
  'unknown',
  'rejected',
  'refused',
  'throttled',
  'abandoned',
] as const;
export type Fate = (typeof FATES)[number];

interface Row {
  readonly key: string;
  readonly scope: Pick<EffectScope, 'nodeId' | 'pass'>;
  readonly member: number;
  readonly offeredAt: number;
  acceptedAt: number | null;
  closed: boolean;
}

/** A ledger in memory with a provider behind it: answers a walk's message effects and sends its receipts. */
export class ScriptedMessages {
  readonly rows = new Map<string, Row>();
  private readonly size: number;
  private readonly fateOf: (member: number, scope: EffectScope) => Fate;
  private readonly now: () => number;
  private readonly receiptAfterMs: (member: number, scope: Pick<EffectScope, 'nodeId' | 'pass'>) => number;
  private readonly told = new Set<string>();

  constructor(
    size: number,
    now: () => number,
    fateOf: (member: number, scope: EffectScope) => Fate,
    receiptAfterMs: ScriptedMessages['receiptAfterMs'] = () => RECEIPT_AFTER_MS,
  ) {
    this.receiptAfterMs = receiptAfterMs;
    this.size = size;
    this.now = now;
    this.fateOf = fateOf;
  }

  readonly effects = {
    gate: (scope: EffectScope): { send: string; suppressed: OutcomeGroup[] } => {
      const suppressed = this.membersOf(scope).filter((member) => this.fateOf(member, scope) === 'refused');
      const outcome = (member: number): [number, MessageOutcome] => [member, 'suppressed'];
      return { send: scope.members, suppressed: this.groups(suppressed.map(outcome)) };
    },
    submit: (scope: EffectScope): SubmitResult => this.submit(scope),
    reconcile: (scope: EffectScope, input: JsonObject): { outcomes: OutcomeGroup[] } => {
      const rows = this.rowsOf(scope);
      if (input['atDeadline'] === true) for (const row of rows) row.closed ||= row.acceptedAt !== null;
      return { outcomes: this.groups(this.outcomesOf(rows, scope)) };
    },
  };

  /** When the next receipt comes in that nobody was told of. */
  nextReceiptAt(): number | undefined {
    const instants = [...this.rows.values()].flatMap((row) => {
      const at = this.receiptAt(row);
      return at === undefined || this.told.has(row.key) ? [] : [at];
    });
    return instants.length === 0 ? undefined : Math.min(...instants);
  }

  /** Tells the walk of all receipts that have come in. */
  hint(walk: Walk): void {
    const due = [...this.rows.values()].filter((row) => {
      const at = this.receiptAt(row);
      return at !== undefined && at <= this.now() && !this.told.has(row.key);
    });
    for (const group of groupBy(due, ({ scope }) => `${scope.nodeId}/${scope.pass}`).values()) {
      const [first] = group;
      for (const row of group) this.told.add(row.key);
      const members = MemberSet.of(
        this.size,
        group.map((row) => row.member),
      );
      if (first) walk.receiveHint(first.scope.nodeId, first.scope.pass, members);
    }
  }

  private submit(scope: EffectScope): SubmitResult {
    const refused: [number, MessageOutcome][] = [];
    for (const member of this.membersOf(scope)) {
      if (this.fateOf(member, scope) === 'refused') refused.push([member, 'suppressed']);
      else this.offer(scope, member);
    }
    const rows = this.rowsOf(scope);
    const outcomes = this.outcomesOf(rows, scope);
    const settled = new Set(outcomes.map(([member]) => member));
    const waiting = rows.filter((row) => !settled.has(row.member));
    const throttled = waiting.filter((row) => this.fate(row) === 'throttled');
    const abandoned = waiting.filter((row) => this.fate(row) === 'abandoned');
    return {
      outcomes: this.groups([...refused, ...outcomes]),
      queued: [...groupBy(throttled, (row) => row.offeredAt + RETRY_AFTER_MS)].map(([retryAt, group]) => ({
        retryAt,
        members: this.hexOf(group),
      })),
      inDoubt:
        abandoned.length === 0
          ? null
          : {
              lookAt: Math.max(...abandoned.map((row) => row.offeredAt + IN_DOUBT_MS)),
              members: this.hexOf(abandoned),
            },
    };
  }

  private offer(scope: EffectScope, member: number): void {
    const key = `${scope.nodeId}/${scope.pass}/${member}`;
    const row = this.rows.get(key) ?? {
      key,
      scope: { nodeId: scope.nodeId, pass: scope.pass },
      member,
      offeredAt: this.now(),
      acceptedAt: null,
      closed: false,
    };
    this.rows.set(key, row);
    const fate = this.fate(row);
    const readyAt = fate === 'throttled' ? row.offeredAt + RETRY_AFTER_MS : row.offeredAt;
    const isAccepted = ['delivered', 'failed', 'silent', 'throttled'].includes(fate);
    if (isAccepted && this.now() >= readyAt) row.acceptedAt ??= this.now();
  }

  private outcomesOf(rows: readonly Row[], scope: EffectScope): [number, MessageOutcome][] {
    const asked = MemberSet.fromHex(this.size, scope.members);
    return rows.flatMap((row) => {
      const outcome = this.outcomeOf(row);
      return outcome && asked.has(row.member) ? [[row.member, outcome] as [number, MessageOutcome]] : [];
    });
  }

  private outcomeOf(row: Row): MessageOutcome | undefined {
    const fate = this.fate(row);
    if (fate === 'rejected' || fate === 'unknown') return fate;
    if (fate === 'abandoned') return this.now() >= row.offeredAt + IN_DOUBT_MS ? 'unknown' : undefined;
    if (row.acceptedAt === null) return undefined;
    const receiptAt = this.receiptAt(row);
    if (receiptAt !== undefined && this.now() >= receiptAt) return fate === 'failed' ? 'failed' : 'delivered';
    return row.closed ? 'no_receipt' : 'accepted';
  }

  private receiptAt(row: Row): number | undefined {
    const silent = row.acceptedAt === null || this.fate(row) === 'silent';
    return silent ? undefined : (row.acceptedAt ?? 0) + this.receiptAfterMs(row.member, row.scope);
  }

  private fate({ member, scope }: Row): Fate {
    return this.fateOf(member, { cohortId: '1', members: '', ...scope });
  }

  private rowsOf(scope: EffectScope): readonly Row[] {
    return this.membersOf(scope).flatMap(
      (member) => this.rows.get(`${scope.nodeId}/${scope.pass}/${member}`) ?? [],
    );
  }

  private membersOf(scope: EffectScope): readonly number[] {
    return MemberSet.fromHex(this.size, scope.members).indexes();
  }

  private groups(members: readonly [number, MessageOutcome][]): OutcomeGroup[] {
    return [...groupBy(members, ([, outcome]) => outcome)].map(([outcome, group]) => ({
      outcome,
      reason: outcome === 'suppressed' ? 'no_consent' : '',
      members: MemberSet.of(
        this.size,
        group.map(([member]) => member),
      ).toHex(),
    }));
  }

  private hexOf(rows: readonly Row[]): string {
    return MemberSet.of(
      this.size,
      rows.map((row) => row.member),
    ).toHex();
  }
}

/** Walks and brings receipts in as they come, until nothing happens any more. @returns whether the walk is done */
export async function walkWithReceipts(
  walk: Walk,
  host: VirtualWalk,
  messages: ScriptedMessages,
): Promise<boolean> {
  for (;;) {
    await settle(walk);
    if (walk.done) return true;
    if (walk.drained) return false;
    const instants = [walk.nextWakeAt(), messages.nextReceiptAt()].filter((instant) => instant !== undefined);
    if (instants.length === 0) return false;
    host.clock.leapTo(Math.min(...instants));
    messages.hint(walk);
    walk.changed = true;
  }
}
