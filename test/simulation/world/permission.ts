import type { Change } from '../sql/store.ts';
import { IDS } from './fixture.ts';
import type { PlainRow, Reader } from './reader.ts';

/** Since when each thing that forbids a message has been committed; kept by the simulation, not by the engine. */
export class Permission {
  private readonly forbiddenSince = new Map<string, number>();
  private readonly reader: Reader;
  private readonly now: () => number;

  constructor(reader: Reader, now: () => number) {
    this.reader = reader;
    this.now = now;
  }

  /** Takes notice of a commit. */
  note({ table, before, after }: Change): void {
    const row = after ?? before;
    if (!row) return;
    const plain = this.reader.row(table, row);
    switch (table) {
      case 'recipient':
        this.set(`STOP of number ${plain.text('id')}`, plain.instant('opted_out_at') !== undefined);
        break;
      case 'customer':
        this.set(`erasure of ${plain.text('id')}`, plain.instant('deleted_at') !== undefined);
        break;
      case 'run':
        this.set(
          'pause or end of the run',
          plain.get('state') !== 'running' && plain.get('state') !== 'finishing',
        );
        break;
      case 'hold':
        this.set('hold', after !== null);
        break;
      default:
    }
  }

  /** Why a message must not be claimed now, and since when. */
  against(message: PlainRow): { readonly what: string; readonly since: number } | undefined {
    const customer = IDS.customer(Number(message.get('member_index')));
    const reasons = [
      `STOP of number ${message.text('recipient_id')}`,
      `erasure of ${customer}`,
      'pause or end of the run',
      'hold',
    ];
    for (const what of reasons) {
      const since = this.forbiddenSince.get(what);
      if (since !== undefined) return { what, since };
    }
    return undefined;
  }

  private set(what: string, forbidden: boolean): void {
    if (!forbidden) this.forbiddenSince.delete(what);
    else if (!this.forbiddenSince.has(what)) this.forbiddenSince.set(what, this.now());
  }
}
