import type { Channel } from '../domain/channel.ts';
import type { AcceptedRow, Ledger, ShownMessage } from './ledger.ts';
import { reportsOf, type ReportBehaviour } from './handsets.ts';
import type { MediaFault } from './media-fault.ts';
import type { ReportDelays } from './report-delay.ts';
import type { ReportPoster } from './report-poster.ts';

export interface OfferedMessage {
  readonly id: string;
  readonly channel: Channel;
  readonly to: string;
  readonly reportUrl: string | null;
  /** Whether reports of what is not final are not asked for. */
  readonly finalOnly?: boolean;
  /** Whether an SMS is to be sent where the MMS can't be taken. */
  readonly fallsBack?: boolean;
  /** What a handset shows of it; not noted by every vendor. */
  readonly shows?: ShownMessage;
  /** What is wrong with its media, where a vendor takes it all the same and tells so later. */
  readonly mediaFault?: MediaFault;
  /** When the call was seen, milliseconds since the epoch. */
  readonly seen: number;
}

export interface AccountOptions {
  readonly ledger: Ledger;
  readonly poster: ReportPoster;
  readonly delays: ReportDelays;
}

/** What the simulated provider remembers: accepted ids, their reports, and which of them are still owed. */
export class Account {
  private readonly accepted = new Map<string, AcceptedRow>();
  private readonly offered = new Map<string, number>();
  private readonly options: AccountOptions;

  constructor(options: AccountOptions) {
    this.options = options;
    const reported = new Set<string>();
    for (const row of options.ledger.rows) {
      if (row.kind === 'accepted') this.accepted.set(row.id, row);
      if (row.kind === 'reported') reported.add(`${row.id} ${row.report}`);
    }
    for (const row of this.accepted.values()) {
      reportsOf(row).forEach((report, index) => {
        if (!reported.has(`${row.id} ${index}`)) this.owe(row, report, index);
      });
    }
  }

  /** How often the id has been offered before this call. */
  countOffer(id: string): number {
    const before = this.offered.get(id) ?? 0;
    this.offered.set(id, before + 1);
    return before;
  }

  knows(id: string): boolean {
    return this.accepted.has(id);
  }

  get(id: string): AcceptedRow | undefined {
    return this.accepted.get(id);
  }

  /** Takes a message: from here on its id is known. Resolves once the ledger has it. */
  async accept(message: OfferedMessage): Promise<AcceptedRow> {
    const row: AcceptedRow = { kind: 'accepted', ...message, at: Date.now() };
    this.accepted.set(message.id, row);
    await this.options.ledger.append(row);
    reportsOf(row).forEach((report, index) => this.owe(row, report, index));
    return row;
  }

  /** Notes messages that were offered and not taken. */
  async refuse(
    messages: readonly OfferedMessage[],
    kind: 'refused' | 'duplicate_refused' = 'refused',
  ): Promise<void> {
    const rows = messages.map(({ id, to, seen }) => ({ kind, id, to, seen, at: Date.now() }));
    await Promise.all(rows.map((row) => this.options.ledger.append(row)));
  }

  /** The newest state that a look-up would show, undefined before the first report is due. */
  stateOf(row: AcceptedRow, now: number): { report: ReportBehaviour; doneAt: number } | undefined {
    return reportsOf(row)
      .map((report) => ({ report, doneAt: row.at + this.delayOf(row, report.after) }))
      .filter(({ doneAt }) => doneAt <= now)
      .at(-1);
  }

  private owe(row: AcceptedRow, report: ReportBehaviour, index: number): void {
    if (row.reportUrl === null || (row.finalOnly && report.fate === 'dispatched')) return;
    this.options.poster.post({
      url: row.reportUrl,
      id: row.id,
      index,
      sentAt: row.at,
      doneAt: row.at + this.delayOf(row, report.after),
      dueAt: row.at + this.delayOf(row, report.postedAfter ?? report.after),
      to: row.to,
      report,
    });
  }

  private delayOf(row: AcceptedRow, after: number): number {
    return Math.round(this.options.delays(row.id) * after);
  }
}
