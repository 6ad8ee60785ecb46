import type { ConsentState } from './gate.ts';

/** What an import or a form says of one customer and category. */
export interface ConsentStatement {
  readonly granted: boolean;
  /** When the customer said so, milliseconds since the epoch. */
  readonly saidAt: number | null;
  readonly method: string | null;
  readonly source: string | null;
}

/** What is stored of one customer and category. */
export interface StoredConsent extends Omit<ConsentStatement, 'granted'> {
  readonly state: ConsentState;
  /** The last revocation ever heard of. */
  readonly revokedAt: number | null;
}

export type ConsentMerge =
  | { readonly kind: 'store'; readonly consent: StoredConsent }
  /** Nothing changes; `reason` is reported where the statement was meant to open something. */
  | { readonly kind: 'ignore'; readonly reason: 'older_than_revocation' | 'weaker_than_stored' };

/**
 * What becomes of a consent when a statement comes in.
 *
 * A grant without time, method and source is `unproven`, opens nothing and changes neither a proven grant nor a
 * revocation. A grant older than the last revocation, of the category or of the number as a whole, is ignored: nobody
 * is written to again by an old file.
 */
export function mergeConsent(
  stored: StoredConsent | null,
  statement: ConsentStatement,
  { now, optedOutAt }: { now: number; optedOutAt: number | null },
): ConsentMerge {
  const { granted, saidAt, method, source } = statement;
  const revokedAt = stored?.revokedAt ?? null;
  if (!granted) {
    const at = Math.max(saidAt ?? now, revokedAt ?? 0);
    if (stored?.state === 'granted' && saidAt !== null && (stored.saidAt ?? 0) > saidAt) {
      return { kind: 'ignore', reason: 'weaker_than_stored' };
    }
    return {
      kind: 'store',
      consent: { state: 'revoked', saidAt: saidAt ?? now, method, source, revokedAt: at },
    };
  }
  const lastRevocation = Math.max(revokedAt ?? 0, optedOutAt ?? 0);
  if (lastRevocation > 0 && (saidAt === null || saidAt <= lastRevocation)) {
    return { kind: 'ignore', reason: 'older_than_revocation' };
  }
  const proven = saidAt !== null && method !== null && source !== null;
  if (!proven && stored !== null && stored.state !== 'unproven') {
    return { kind: 'ignore', reason: 'weaker_than_stored' };
  }
  return {
    kind: 'store',
    consent: { state: proven ? 'granted' : 'unproven', saidAt, method, source, revokedAt },
  };
}
