import { Agent, request } from 'undici';
import { isLoopback } from '../../config/loopback.ts';
import type { Ledger } from '../ledger.ts';
import { reportBody } from './wire.ts';
import type { ReportBehaviour } from './handsets.ts';

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
  /** Where reports go that are owed to an address of this machine: it may have listened on another port before. */
  readonly home?: string | undefined;
  /** Sent with every post, for instance the credentials of a subscription. */
  readonly headers: Readonly<Record<string, string>>;
  /** Most results of one post; Infobip's default is 100. */
  readonly bucketSize?: number;
  /** How long a bucket gathers. */
  readonly windowMs?: number;
  /** Pause before a refused post is tried again; Infobip waits minutes, a simulator need not. */
  readonly retryMs?: number;
}

/** Posts that are under way at once. */
const MAX_POSTS = 128;

/** Posts delivery reports when they are due, in buckets, until each is answered with 2xx. */
export class ReportPoster {
  private readonly options: Required<Omit<PosterOptions, 'home'>> & Pick<PosterOptions, 'home'>;
  private readonly agent = new Agent({ connections: MAX_POSTS, pipelining: 1 });
  private readonly buckets = new Map<string, OwedReport[]>();
  private readonly timers = new Set<NodeJS.Timeout>();
  private closed = false;

  constructor(options: PosterOptions) {
    this.options = { bucketSize: 100, windowMs: 30, retryMs: 500, ...options };
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

  private async deliver(url: string, reports: readonly OwedReport[], tries: number): Promise<void> {
    const ok = await this.send(url, reports);
    if (this.closed) return;
    if (ok) {
      const rows = reports.map(({ id, index }) =>
        this.options.ledger.append({ kind: 'reported', id, report: index, at: Date.now() }),
      );
      await Promise.all(rows);
    } else {
      this.after(Math.min(this.options.retryMs * (1 + tries * tries), 30_000), () => {
        void this.deliver(url, reports, tries + 1);
      });
    }
  }

  private async send(url: string, reports: readonly OwedReport[]): Promise<boolean> {
    try {
      const { statusCode, body } = await request(this.addressOf(url), {
        method: 'POST',
        dispatcher: this.agent,
        headers: { 'content-type': 'application/json', ...this.options.headers },
        body: JSON.stringify({ results: reports.map(reportBody) }),
        headersTimeout: 10_000,
        bodyTimeout: 10_000,
      });
      await body.dump();
      return statusCode >= 200 && statusCode < 300;
    } catch {
      return false;
    }
  }

  private addressOf(url: string): string {
    const { home } = this.options;
    if (home === undefined || !isLoopback(url)) return url;
    const { pathname, search } = new URL(url);
    return new URL(pathname + search, home).href;
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
