import { closeSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import { z } from 'zod';
import { MEDIA_FAULTS } from './media-fault.ts';

/** What a handset shows of a message. */
const shownSchema = z.object({ subject: z.string().nullable(), texts: z.array(z.string()) });
export type ShownMessage = z.infer<typeof shownSchema>;

/**
 * One line of the ledger. `accepted` is the truth about what was taken; a message is accepted at most once an id.
 *
 * Every message of a call that came in whole has a line, taken or not: `seen` is when the call's first byte was seen.
 */
export const ledgerRowSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('accepted'),
    id: z.string(),
    channel: z.enum(['mms', 'sms']),
    to: z.string(),
    reportUrl: z.string().nullable(),
    /** Whether reports of what is not final were not asked for. */
    finalOnly: z.boolean().optional(),
    /** Whether an SMS was to be sent where the MMS can't be taken. */
    fallsBack: z.boolean().optional(),
    shows: shownSchema.optional(),
    /** What was wrong with its media; told by its report. */
    mediaFault: z.enum(MEDIA_FAULTS).optional(),
    seen: z.number(),
    at: z.number(),
  }),
  z.object({
    kind: z.enum(['duplicate_refused', 'refused']),
    id: z.string(),
    to: z.string(),
    seen: z.number(),
    at: z.number(),
  }),
  z.object({ kind: z.literal('reported'), id: z.string(), report: z.number(), at: z.number() }),
]);
export type LedgerRow = z.infer<typeof ledgerRowSchema>;
export type AcceptedRow = Extract<LedgerRow, { kind: 'accepted' }>;

/**
 * An append-only file of what a simulator did, written before each answer.
 *
 * Rows of one turn of the event loop go into one write. A kill of the process loses nothing that was answered; a
 * half-written last line is dropped when the file is read again.
 */
export class Ledger {
  readonly rows: LedgerRow[] = [];
  private readonly file: number;
  private pending: string[] = [];
  private written: Promise<void> | undefined;
  private closed = false;

  constructor(path: string) {
    this.file = openSync(path, 'a+');
    const text = readFileSync(path, 'utf8');
    for (const line of text.split('\n').filter((part) => part !== '')) {
      const row = ledgerRowSchema.safeParse(safeJson(line));
      if (row.success) this.rows.push(row.data);
    }
    if (text !== '' && !text.endsWith('\n')) writeSync(this.file, '\n');
  }

  /** Resolves once the row is in the file; rejects when the ledger is closed. */
  append(row: LedgerRow): Promise<void> {
    if (this.closed) return Promise.reject(new Error('The ledger is closed.'));
    this.rows.push(row);
    this.pending.push(`${JSON.stringify(row)}\n`);
    this.written ??= new Promise((resolve) => {
      setImmediate(() => {
        this.flush();
        resolve();
      });
    });
    return this.written;
  }

  close(): void {
    this.closed = true;
    this.flush();
    fsyncSync(this.file);
    closeSync(this.file);
  }

  private flush(): void {
    const text = this.pending.join('');
    this.pending = [];
    this.written = undefined;
    if (text !== '') writeSync(this.file, text);
  }
}

function safeJson(line: string): unknown {
  try {
    return JSON.parse(line) as unknown;
  } catch {
    return undefined;
  }
}
