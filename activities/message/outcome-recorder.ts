import { setTimeout as pause } from 'node:timers/promises';
import { recordOutcomes, type CallRecord } from '../../database/record-outcomes.ts';
import type { Pool } from '../../database/pool.ts';
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

/**
 * Writes the outcomes of this process's calls as they come in, those of many calls in one commit.
 *
 * Tries for `recordMs`; what is not written then is the sweep's. A call that can't be recorded costs no other one.
 */
export class OutcomeRecorder {
  private readonly pool: Pool;
  private readonly timings: Timings;
  private readonly notice: Notice;
  private waiting: Waiting[] = [];
  private writing = false;

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
    const { lookUpMs, claimGraceMs, receiptSlackMs, retryMs } = this.timings;
    const firstLookUpMs = lookUpMs[0] ?? claimGraceMs;
    const attempt = { unsentState: 'queued', isOnlyAttempt: true, rejectionEnds: true } as const;
    const scope = { month, retryMs, firstLookUpMs, receiptSlackMs, ...attempt };
    try {
      const calls = batch.map(({ call }) => call);
      noticeOutcomes(this.notice, calls, await recordOutcomes(this.pool, scope, calls));
      for (const { resolve } of batch) resolve();
    } catch (error) {
      if (mayBeRecordedLater(error)) await this.writeLater(batch, error);
      else if (batch.length === 1) for (const { reject } of batch) reject(error);
      else for (const waiting of batch) await this.writeMonth(month, [waiting]);
    }
  }

  private async writeLater(batch: readonly Waiting[], error: unknown): Promise<void> {
    const again = batch.filter(({ until }) => performance.now() < until);
    for (const waiting of batch) if (!again.includes(waiting)) waiting.reject(error);
    if (again.length === 0) return;
    await pause(RECORD_AGAIN_MS);
    this.waiting.unshift(...again);
  }
}
