import { FINAL_MESSAGE_STATES, MESSAGE_TRANSITIONS, type MessageState } from '../../../domain/states.ts';
import { isNight, type Setting } from './fixture.ts';
import type { Change, Transaction } from '../sql/store.ts';
import { Permission } from './permission.ts';
import type { PlainRow, Reader } from './reader.ts';
import type { Accepted, ProviderWatch } from './simulated-provider.ts';
import type { SimulatedProcess } from './simulated-process.ts';

/** From a claim's or a STOP's commit, the time after which no call may begin. */
const CALL_START_MS = 1_000;
/** Misses that must have come before a message is offered again that may have been taken. */
const MISSES_BEFORE_REPEAT = 2;

interface Claim {
  readonly token: unknown;
  readonly at: number;
  readonly by: unknown;
  /** The how manieth claim of its message it is. */
  readonly number: number;
}

/** Holds every commit and every call to the rules of what never happens; it knows nothing of how the engine keeps them. */
export class Watch implements ProviderWatch {
  /** What must not have happened, in words. */
  readonly violations: string[] = [];
  readonly log: string[] = [];
  /** What has happened at all, to see that rare things do. */
  readonly seen = new Set<string>();
  private readonly reader: Reader;
  private readonly now: () => number;
  private readonly permission: Permission;
  private readonly claims = new Map<string, Claim>();
  private readonly called = new Map<string, number>();
  private readonly doubted = new Set<string>();
  private readonly missed = new Map<string, number>();
  private readonly taken: Accepted[] = [];
  private readonly setting: Setting;

  constructor(reader: Reader, now: () => number, setting: Setting) {
    this.reader = reader;
    this.now = now;
    this.setting = setting;
    this.permission = new Permission(reader, now);
  }

  readonly commits = (changes: readonly Change[], transaction: Transaction): void => {
    for (const change of changes) {
      this.permission.note(change);
      if (change.table === 'message' && change.after) this.message(change, transaction);
      if (change.table === 'deferral') this.seen.add('put off until the morning');
    }
  };

  callStarts(process: SimulatedProcess, messages: readonly { id: string; to: string }[]): void {
    const rows = this.reader.rows('message');
    for (const { id, to } of messages) {
      const row = rows.find((other) => other.get('id') === id);
      if (!row) {
        this.violated(`The provider was offered the id ${id}, which no message has.`);
        continue;
      }
      this.called.set(id, (this.called.get(id) ?? 0) + 1);
      if (this.called.get(id) === 2) this.seen.add('second call');
      this.callIsCovered(process, row, to);
      this.callIsPermitted(row);
      this.repeatIsProven(row);
    }
  }

  accepts(message: Accepted): void {
    const same = this.taken.find((other) => other.id === message.id);
    const household = this.taken.find((other) => other.to === message.to && other.id !== message.id);
    this.taken.push(message);
    const name = this.nameOf(message.id);
    if (same) this.violated(`${name} was accepted twice.`);
    if (household) this.violated(`${name} was accepted for a number that had got this message already.`);
    this.log.push(`    the provider has taken ${name}`);
  }

  misses(id: string): void {
    this.missed.set(id, (this.missed.get(id) ?? 0) + 1);
  }

  notes(what: string): void {
    this.seen.add(what);
    this.log.push(`    ${what}`);
  }

  isForbidden(message: PlainRow): boolean {
    return this.permission.against(message) !== undefined;
  }

  violated(what: string): void {
    this.violations.push(what);
    this.log.push(`  ! ${what}`);
  }

  private message({ before, after }: Change, transaction: Transaction): void {
    if (!after) return;
    const row = this.reader.row('message', after);
    const old = before && this.reader.row('message', before);
    const [from, to] = [old?.get('state') as MessageState | undefined, row.get('state') as MessageState];
    const name = nameOf(row);
    if (from !== to) {
      this.seen.add(`${from ?? 'nothing'} → ${to}`);
      this.log.push(`    ${name}: ${from ?? 'new'} → ${to}`);
    }
    if (from && from !== to && !MESSAGE_TRANSITIONS[from].includes(to)) {
      this.violated(`${name} went from ${from} to ${to}, which is no step that a message takes.`);
    }
    if (row.get('provably_unsent') === true) this.provenUnsent(row, name);
    if (from === 'submitting' && to === 'unknown' && misses(row) < misses(old)) {
      this.seen.add('repeat that was not sent');
    }
    if (to === 'unknown') this.doubted.add(row.text('id'));
    if (to === 'queued' && this.doubted.has(row.text('id'))) {
      this.violated(`${name} was in doubt and is to be offered as if nothing of it could have left.`);
    }
    this.isOwned(row, name);
    const claimed =
      to === 'submitting' && (from !== 'submitting' || old?.get('claim_token') !== row.get('claim_token'));
    if (claimed) this.claim(row, name, transaction);
  }

  /** Of what is said to have never left no byte has, and none is on its way. */
  private provenUnsent(row: PlainRow, name: string): void {
    this.seen.add('doubt ended by a call that was not made');
    const isTaken = this.taken.some((message) => message.id === row.get('id'));
    if (isTaken) this.violated(`${name} is said to have never left, but the provider took it.`);
    if (row.get('state') === 'submitting')
      this.violated(`${name} is said to have never left while it is offered.`);
  }

  private isOwned(row: PlainRow, name: string): void {
    const ended = row.instant('ended_at') !== undefined;
    const closed =
      row.get('no_receipt') === true &&
      (row.get('state') === 'accepted' || row.get('state') === 'dispatched');
    const final = FINAL_MESSAGE_STATES.includes(row.get('state') as MessageState) || closed;
    if (ended !== final)
      this.violated(`${name} is ${row.text('state')} and ${ended ? 'has' : 'has not'} ended.`);
    const looked = row.instant('look_at') !== undefined;
    if (!ended && !looked) this.violated(`${name} is ${row.text('state')} and nobody will ever look at it.`);
    if (ended && looked) this.violated(`${name} has ended and is still to be looked at.`);
  }

  private claim(row: PlainRow, name: string, { owner: by, startedAt }: Transaction): void {
    const id = row.text('id');
    const against = this.permission.against(row);
    if (against) this.violated(`${name} was claimed after the commit of a ${against.what}.`);
    // PostgreSQL ends a transaction that stands still for longer than half a minute; here it may take until the night.
    if ([startedAt, this.now()].every((instant) => isNight(this.setting, instant)))
      this.violated(`${name} was claimed at night.`);
    if (row.get('claim_token') === id) this.violated(`${name} is known to the provider by its claim.`);
    this.claims.set(id, {
      token: row.get('claim_token'),
      at: this.now(),
      by,
      number: (this.claims.get(id)?.number ?? 0) + 1,
    });
  }

  /** A call belongs to the claim that holds now, and begins within a second of its commit. */
  private callIsCovered(process: SimulatedProcess, row: PlainRow, to: string): void {
    const id = row.text('id');
    const name = nameOf(row);
    const claim = this.claims.get(id);
    if (!claim) {
      this.violated(`${name} was called for without a claim.`);
      return;
    }
    const late = this.now() - claim.at;
    if (claim.by !== process)
      this.violated(`${name} was called for by ${process.name} under another's claim.`);
    if (late > CALL_START_MS) this.violated(`${name} was called for ${late} ms after its claim.`);
    if ((this.called.get(id) ?? 0) > claim.number) {
      this.violated(`${name} was called for more often than it was claimed.`);
    }
    const number = row.get('to_number');
    if (typeof number === 'string' && number !== `+${to}`)
      this.violated(`${name} was called for another number.`);
  }

  private callIsPermitted(row: PlainRow): void {
    const against = this.permission.against(row);
    if (!against) return;
    const late = this.now() - against.since;
    const name = nameOf(row);
    this.seen.add('call within a second of what forbids it');
    if (late > CALL_START_MS)
      this.violated(`${name} was called for ${late} ms after the commit of a ${against.what}.`);
  }

  /** What the provider may have taken is offered again only where it refuses it, and after two misses. */
  private repeatIsProven(row: PlainRow): void {
    const id = row.text('id');
    if (!this.taken.some((message) => message.id === id)) return;
    const misses = this.missed.get(id) ?? 0;
    this.seen.add('repeat of what had been taken');
    const name = nameOf(row);
    if (this.setting.idempotentIds !== 'verified')
      this.violated(`${name} was repeated at a provider that takes an id twice.`);
    else if (misses < MISSES_BEFORE_REPEAT) this.violated(`${name} was repeated after ${misses} look-ups.`);
  }

  nameOf(id: string): string {
    const row = this.reader.rows('message').find((other) => other.get('id') === id);
    return row ? nameOf(row) : 'a message';
  }
}

/** Look-ups of the schedule that have found nothing. */
function misses(row: PlainRow | null | undefined): number {
  return Number(row?.get('looks') ?? 0);
}

function nameOf(row: PlainRow): string {
  return `the message of member ${row.text('member_index')}`;
}
