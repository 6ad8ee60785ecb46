import { isConnectionFailure } from '../../database/postgres-error.ts';
import { storeReceipts, type StoredReceipt } from '../../database/store-receipts.ts';
import type { ApiDependencies } from '../dependencies.ts';

interface Waiting {
  readonly receipts: readonly StoredReceipt[];
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Most receipts of one insert. */
const MAX_BATCH = 2_000;

/**
 * Stores receipts of many webhooks in one commit.
 *
 * Whatever comes in while one commit is under way goes together into the next: under load a commit carries many
 * webhooks, without load none waits.
 */
export class ReceiptIntake {
  private readonly deps: Pick<ApiDependencies, 'pool' | 'reach'>;
  private waiting: Waiting[] = [];
  private writing = false;

  constructor(deps: Pick<ApiDependencies, 'pool' | 'reach'>) {
    this.deps = deps;
  }

  /** Resolves once the receipts are committed. */
  store(receipts: readonly StoredReceipt[]): Promise<void> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ receipts, resolve, reject });
      void this.write();
    });
  }

  private async write(): Promise<void> {
    if (this.writing) return;
    this.writing = true;
    while (this.waiting.length > 0) {
      await this.storeBatch(this.takeBatch());
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
