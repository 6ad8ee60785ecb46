import { open, stat } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import path from 'node:path';

/** What a simulator did from a moment on, as its ledger has it. */
export interface LedgerTail {
  readonly accepted: number;
  /** Messages that it accepted more than once. */
  readonly duplicates: number;
  readonly callbacks: number;
  /** When the answer to its last callback came, in milliseconds since the epoch. */
  readonly lastCallbackAt: number;
}

function fileOf(home: string): string {
  return path.join(home, 'simulator', 'infobip.jsonl');
}

/** Where the ledger ends now. */
export async function ledgerEnd(home: string): Promise<number> {
  return (await stat(fileOf(home)).catch(() => undefined))?.size ?? 0;
}

/** Reads the ledger from a place on; the file grows with every call, so it is read line by line. */
export async function readLedgerFrom(home: string, start: number): Promise<LedgerTail> {
  const file = await open(fileOf(home));
  const ids = new Set<string>();
  let accepted = 0;
  let callbacks = 0;
  let lastCallbackAt = 0;
  try {
    for await (const line of createInterface({ input: file.createReadStream({ start }) })) {
      if (!line.endsWith('}')) continue;
      const row = JSON.parse(line) as { kind: string; id: string; at: number };
      if (row.kind === 'accepted') {
        accepted += 1;
        ids.add(row.id);
      } else if (row.kind === 'reported') {
        callbacks += 1;
        lastCallbackAt = Math.max(lastCallbackAt, row.at);
      }
    }
  } finally {
    await file.close();
  }
  return { accepted, duplicates: accepted - ids.size, callbacks, lastCallbackAt };
}
