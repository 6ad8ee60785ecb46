import { setTimeout as pause } from 'node:timers/promises';
import { isConnectionFailure } from '../../database/postgres-error.ts';
import { storeReceipts, type StoredReceipt } from '../../database/store-receipts.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { TransientError } from '../../domain/errors.ts';

interface Waiting {
  readonly receipts: readonly StoredReceipt[];
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Most receipts of one insert. */
const MAX_BATCH = 2_000;
/** How long receipts are gathered for one insert where the last one left a few waiting. */
const GATHER_MS = 10;
/** So many webhooks that wait are not gathered any longer: a statement costs about as much as thirty of its rows. */
const ENOUGH = 60;
/** Most receipts that wait or are under way: as many as 5,000 webhooks a second bring in four seconds. */
const MAX_PENDING = 20_000;

/**
 * Stores receipts of many webhooks in one commit.
 *
 * Whatever comes in while one commit is under way, and shortly after, goes together into the next: under load a commit carries
 * many webhooks, without load none waits. What would be more than the bound is refused, so that a database that hangs costs a
 * bounded amount of memory; it is the provider that keeps those reports.
 */
export class ReceiptIntake {
  private readonly deps: Pick<ApiDependencies, 'pool' | 'reach'>;
  private waiting: Waiting[] = [];
  private writing = false;
  private readonly maxPending: number;
  private pending = 0;

  constructor(deps: Pick<ApiDependencies, 'pool' | 'reach'>, maxPending = MAX_PENDING) {
    this.deps = deps;
    this.maxPending = maxPending;
  }

  /**
   * Resolves once the receipts are committed.
   *
   * @throws TransientError `inbox_full` when too many wait; those of one webhook are always taken when none does
   */
  async store(receipts: readonly StoredReceipt[]): Promise<void> {
    const { length } = receipts;
    if (length === 0) return;
    if (this.pending > 0 && this.pending + length > this.maxPending)
      throw new TransientError('inbox_full', 'Too many delivery reports wait to be stored.');
    this.pending += length;
    try {
      await new Promise<void>((resolve, reject) => {
        this.waiting.push({ receipts, resolve, reject });
        void this.write();
      });
    } finally {
      this.pending -= length;
    }
  }

  private async write(): Promise<void> {
    if (this.writing) return;
    this.writing = true;
    while (this.waiting.length > 0) {
      await this.storeBatch(this.takeBatch());
      if (this.waiting.length > 0 && this.waiting.length < ENOUGH) await pause(GATHER_MS);
    }
    this.writing = false;
  }

  private async storeBatch(batch: readonly Waiting[]): Promise<void> {
    try {
      const receipts = batch.flatMap((waiting) => waiting.receipts);
      if (receipts.length > 0) this.deps.reach('before_receipts');
      await storeReceipts(this.deps.pool, receipts);
      if (receipts.length > 0) this.deps.reach('after_receipts');
      for (const { resolve } of batch) resolve();
    } catch (error) {
      if (batch.length === 1 || isConnectionFailure(error)) {
        for (const { reject } of batch) reject(error);
        return;
      }
      // It may be the fault of one of them: each is tried by itself.
      for (const waiting of batch) await this.storeBatch([waiting]);
    }
  }

  private takeBatch(): readonly Waiting[] {
    const batch: Waiting[] = [];
    let count = 0;
    for (
      let next = this.waiting[0];
      next && (count === 0 || count + next.receipts.length <= MAX_BATCH);
      next = this.waiting[0]
    ) {
      this.waiting.shift();
      batch.push(next);
      count += next.receipts.length;
    }
    return batch;
  }
}
