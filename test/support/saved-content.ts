import type { SavedContent, SavedContentStore } from '../../providers/saved-content.ts';

type Row = Omit<SavedContent, 'ageMs'> & { readonly since: number };

/** What the database remembers of saved contents, for adapters that are tested without one. */
export function memoryOfSavedContent(): SavedContentStore {
  const rows = new Map<string, Row>();
  const write = (key: string, row: Partial<Row>): void => {
    const before = rows.get(key) ?? { state: 'saving', reference: null, statusCode: '', error: '', since: 0 };
    rows.set(key, { ...before, ...row, since: Date.now() });
  };
  const keysOf = (by: { readonly hash: string } | { readonly reference: string }): readonly string[] =>
    'hash' in by
      ? [by.hash]
      : [...rows].flatMap(([key, row]) => (row.reference === by.reference ? [key] : []));
  return {
    read: (_integration, hash) => {
      const row = rows.get(hash);
      return Promise.resolve(row && { ...row, ageMs: Date.now() - row.since });
    },
    begin: (_integration, hash, { leaseMs, refusedMs }) => {
      const row = rows.get(hash);
      const ageMs = Date.now() - (row?.since ?? 0);
      const isFree =
        !row || (row.state === 'saving' && ageMs > leaseMs) || (row.state === 'refused' && ageMs > refusedMs);
      if (isFree) write(hash, { state: 'saving', reference: null });
      return Promise.resolve(isFree);
    },
    putOff: (_integration, hash, ageMs) => {
      const row = rows.get(hash);
      if (row?.state === 'saving') rows.set(hash, { ...row, since: Date.now() - ageMs });
      return Promise.resolve();
    },
    saved: (_integration, hash, reference) => {
      write(hash, { state: 'encoding', reference });
      return Promise.resolve();
    },
    ready: (_integration, reference) => {
      for (const key of keysOf({ reference })) write(key, { state: 'ready' });
      return Promise.resolve();
    },
    refused: (_integration, by, reason) => {
      for (const key of keysOf(by)) write(key, { state: 'refused', ...reason });
      return Promise.resolve();
    },
    forget: (_integration, hash, reference) => {
      if (rows.get(hash)?.reference === reference) rows.delete(hash);
      return Promise.resolve();
    },
  };
}
