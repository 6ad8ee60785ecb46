import { setTimeout as pause } from 'node:timers/promises';
import { asNew } from '../../database/as-new.ts';
import { isConnectionFailure } from '../../database/postgres-error.ts';
import { recordOutcomes, type CallRecord } from '../../database/record-outcomes.ts';
import type { Pool } from '../../database/pool.ts';
import { inTransaction } from '../../database/transaction.ts';
import { groupBy } from '../../domain/group-by.ts';
import type { Notice } from '../../domain/rare-path.ts';
import type { Timings } from '../../domain/timings.ts';
import { noticeOutcomes } from './notice-outcomes.ts';
import { mayBeRecordedLater, RECORD_AGAIN_MS } from './until-recorded.ts';

interface Waiting {
  readonly month: number;
  readonly call: CallRecord;
  readonly until: number;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Most calls of one statement. */
const MAX_BATCH = 500;
/** How long outcomes are gathered for one statement. */
const GATHER_MS = 20;
/** Most statements of one call at a time: one may wait for somebody else's lock. */
const MAX_ALONE = 4;

/**
 * Writes the outcomes of this process's calls as they come in, those of many calls in one commit.
 *
 * Tries for `recordMs`; what is not written then is the sweep's. A call that can't be recorded, or whose message
 * somebody else has locked, costs no other one: those of a commit that fails are written each by itself, beside the
 * commits of what comes in later.
 */
export class OutcomeRecorder {
  private readonly pool: Pool;
  private readonly timings: Timings;
  private readonly notice: Notice;
  private waiting: Waiting[] = [];
  private writing = false;
  private readonly alone: Waiting[] = [];
  private writingAlone = 0;

  constructor(pool: Pool, timings: Timings, notice: Notice) {
    this.pool = pool;
    this.notice = notice;
    this.timings = timings;
  }

  /** Resolves once the outcome is committed. */
  record(month: number, call: CallRecord): Promise<void> {
    return new Promise((resolve, reject) => {
      const until = performance.now() + this.timings.recordMs;
      this.waiting.push({ month, call, until, resolve, reject });
      void this.write();
    });
  }

  private async write(): Promise<void> {
    if (this.writing) return;
    this.writing = true;
    while (this.waiting.length > 0) {
      // What becomes ready meanwhile goes along: a statement costs about as much as ten of its rows.
      await pause(GATHER_MS);
      const batch = this.waiting.splice(0, MAX_BATCH);
      for (const [month, own] of groupBy(batch, (waiting) => waiting.month))
        await this.writeMonth(month, own);
    }
    this.writing = false;
  }

  private async writeMonth(month: number, batch: readonly Waiting[]): Promise<void> {
    try {
      await this.commit(month, batch);
    } catch (error) {
      if (isConnectionFailure(error)) {
        const again = rejectLate(batch, error);
        if (again.length > 0) await pause(RECORD_AGAIN_MS);
        this.waiting.unshift(...again);
      } else {
        this.alone.push(...batch);
        for (let i = 0; i < MAX_ALONE; i += 1) void this.writeAlone();
      }
    }
  }

  private async writeAlone(): Promise<void> {
    if (this.writingAlone === MAX_ALONE) return;
    this.writingAlone += 1;
    for (let waiting = this.alone.shift(); waiting; waiting = this.alone.shift()) {
      try {
        await this.commit(waiting.month, [waiting]);
      } catch (error) {
        const mayPass = mayBeRecordedLater(error);
        const again = mayPass ? rejectLate([waiting], error) : [];
        if (!mayPass) waiting.reject(error);
        if (again.length > 0) await pause(RECORD_AGAIN_MS);
        this.alone.push(...again);
      }
    }
    this.writingAlone -= 1;
  }

  private async commit(month: number, batch: readonly Waiting[]): Promise<void> {
    const { lookUpMs, claimGraceMs, receiptSlackMs, retryMs } = this.timings;
    const firstLookUpMs = lookUpMs[0] ?? claimGraceMs;
    const attempt = { unsentState: 'queued', isOnlyAttempt: true, rejectionEnds: true } as const;
    const scope = { month, retryMs, firstLookUpMs, receiptSlackMs, ...attempt };
    const calls = batch.map(({ call }) => call);
    const held = await asNew((areNew) =>
      inTransaction(this.pool, (connection) => recordOutcomes(connection, scope, calls, areNew), 'batches'),
    );
    noticeOutcomes(this.notice, calls, held);
    for (const { resolve } of batch) resolve();
  }
}

/** @returns those for which there is time left; the others are rejected */
function rejectLate(batch: readonly Waiting[], error: unknown): readonly Waiting[] {
  const now = performance.now();
  for (const { until, reject } of batch) if (now >= until) reject(error);
  return batch.filter(({ until }) => now < until);
}
