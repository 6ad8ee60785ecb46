import { Agent } from 'undici';
import type { Ledger } from './ledger.ts';
import type { ReportBehaviour } from './handsets.ts';
import { postWebhook, type WebhookPost } from './post-webhook.ts';
import { ENDLESS_RETRIES, SPEED, type RetryRule } from './retries.ts';

export interface OwedReport {
  readonly url: string;
  readonly id: string;
  /** Which of the message's reports it is. */
  readonly index: number;
  readonly to: string;
  readonly sentAt: number;
  readonly doneAt: number;
  /** When it is posted. */
  readonly dueAt: number;
  readonly report: ReportBehaviour;
}

export interface PosterOptions {
  readonly ledger: Ledger;
  /** The post that tells of these reports, in the vendor's own form. */
  readonly write: (reports: readonly OwedReport[]) => WebhookPost;
  /** Where reports go that are owed to an address of this machine: it may have listened on another port before. */
  readonly home?: string | undefined;
  /** Most reports of one post. Default 100. */
  readonly bucketSize?: number;
  /** How long a bucket gathers. */
  readonly windowMs?: number;
  /** When a report that was not taken is posted again. Default: again and again. */
  readonly retries?: RetryRule;
}

/** A report that is not told any more, although it was never taken. */
export interface AbandonedReport {
  readonly id: string;
  readonly report: number;
  /** Of the last answer; null when there was none. */
  readonly status: number | null;
}

/** Posts that are under way at once. */
const MAX_POSTS = 128;

/**
 * Posts delivery reports when they are due, in buckets, until each is taken or the vendor would give it up.
 *
 * What was given up stays owed: another process begins anew.
 */
export class ReportPoster {
  private readonly options: Required<Omit<PosterOptions, 'home'>> & Pick<PosterOptions, 'home'>;
  private readonly agent = new Agent({ connections: MAX_POSTS, pipelining: 1 });
  private readonly buckets = new Map<string, OwedReport[]>();
  private readonly timers = new Set<NodeJS.Timeout>();
  private readonly givenUp: AbandonedReport[] = [];
  /** Until when a receiver has asked for nothing more. */
  private slowUntil = 0;
  private closed = false;

  constructor(options: PosterOptions) {
    this.options = { bucketSize: 100, windowMs: 30, retries: ENDLESS_RETRIES, ...options };
  }

  /** Reports that were given up, in order. */
  get abandoned(): readonly AbandonedReport[] {
    return this.givenUp;
  }

  post(report: OwedReport): void {
    this.after(Math.max(0, report.dueAt - Date.now()), () => this.gather(report));
  }

  async close(): Promise<void> {
    this.closed = true;
    for (const timer of this.timers) clearTimeout(timer);
    await this.agent.destroy();
  }

  private gather(report: OwedReport): void {
    const bucket = this.buckets.get(report.url) ?? [];
    bucket.push(report);
    this.buckets.set(report.url, bucket);
    if (bucket.length >= this.options.bucketSize) this.empty(report.url);
    else if (bucket.length === 1) this.after(this.options.windowMs, () => this.empty(report.url));
  }

  private empty(url: string): void {
    const bucket = this.buckets.get(url);
    this.buckets.delete(url);
    if (bucket) void this.deliver(url, bucket, 0);
  }

  private async deliver(url: string, reports: readonly OwedReport[], retried: number): Promise<void> {
    const { write, home, retries } = this.options;
    const waitMs = this.slowUntil - Date.now();
    if (waitMs > 0) {
      this.after(waitMs, () => void this.deliver(url, reports, retried));
      return;
    }
    const status = await postWebhook(url, write(reports), { dispatcher: this.agent, home });
    if (this.closed) return;
    if (retries.isTaken(status)) {
      const rows = reports.map(({ id, index }) =>
        this.options.ledger.append({ kind: 'reported', id, report: index, at: Date.now() }),
      );
      await Promise.all(rows);
      return;
    }
    const vendorMs = retries.pauseBefore(retried, status);
    if (vendorMs === undefined) {
      for (const { id, index } of reports) this.givenUp.push({ id, report: index, status: status ?? null });
      return;
    }
    const pauseMs = vendorMs / (retries.speed ?? SPEED);
    if (status === 429 && retries.heedsThrottling) this.slowUntil = Date.now() + pauseMs;
    this.after(pauseMs, () => void this.deliver(url, reports, retried + 1));
  }

  private after(ms: number, work: () => void): void {
    if (this.closed) return;
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      work();
    }, ms);
    this.timers.add(timer);
  }
}
