import { setTimeout as pause } from 'node:timers/promises';
import { Agent } from 'undici';
import { postWebhook } from '../post-webhook.ts';
import { SPEED, type RetryRule } from '../retries.ts';
import { ENCODED, NOTICES } from './fates.ts';
import { faultOfEncoding, type SlideFile } from './slide-files.ts';

/** Pause before it is looked again whether somebody has said where postbacks go. */
const UNTOLD_MS = 500;
/** Code of an MMS that is not kept. */
const UNKNOWN = 'E241';

interface Saved {
  readonly readyAt: number;
  readonly content: SavedContent;
  readonly files: readonly SlideFile[];
  /** Code of what it could not be encoded for. */
  readonly fault: string | undefined;
}

/** What of a saved MMS a call to send it may change. */
export interface SavedContent {
  readonly subject: string | null;
  /** By slide. */
  readonly texts: readonly (string | undefined)[];
}

export interface SavedMmsOptions {
  readonly encodeMs: number;
  /** Undefined until somebody has said where postbacks go. */
  readonly postbackUrl: () => string | undefined;
  readonly retries: RetryRule;
  /** As of reports. */
  readonly home: string | undefined;
}

/** MMS that were saved; a restart forgets them. */
export class SavedMms {
  private readonly saved = new Map<string, Saved>();
  private readonly stop = new AbortController();
  private readonly dispatcher = new Agent({ connections: 4, pipelining: 1 });
  private readonly options: SavedMmsOptions;

  constructor(options: SavedMmsOptions) {
    this.options = options;
  }

  /** @returns its id */
  save(content: SavedContent, files: readonly SlideFile[]): string {
    const id = String(30_000 + this.saved.size + Math.floor(Math.random() * 1_000_000) * 10);
    const fault = faultOfEncoding(files);
    this.saved.set(id, { readyAt: Date.now() + this.options.encodeMs, content, files, fault });
    void this.tell(id, fault);
    return id;
  }

  /** @returns the code of a refusal where it can't be sent */
  faultOf(id: string | undefined): string | undefined {
    if (id === undefined) return 'E620';
    const saved = this.saved.get(id);
    if (!saved) return UNKNOWN;
    if (saved.readyAt > Date.now()) return 'E626';
    // What could not be encoded is not kept.
    return saved.fault === undefined ? undefined : UNKNOWN;
  }

  contentOf(id: string): SavedContent | undefined {
    return this.saved.get(id)?.content;
  }

  filesOf(id: string): readonly SlideFile[] {
    return this.saved.get(id)?.files ?? [];
  }

  async close(): Promise<void> {
    this.stop.abort();
    await this.dispatcher.destroy();
  }

  /** Tells that it is encoded, or why it can't be, until somebody has taken it or Sinch would give it up. */
  private async tell(id: string, fault: string | undefined): Promise<void> {
    const { signal } = this.stop;
    const { encodeMs, postbackUrl, retries, home } = this.options;
    const wait = (ms: number): Promise<unknown> =>
      pause(ms, undefined, { signal, ref: false }).catch(() => undefined);
    await wait(encodeMs);
    while (!signal.aborted && postbackUrl() === undefined) await wait(UNTOLD_MS);
    const webhook = { headers: {}, body: JSON.stringify(noticeOf(id, fault)) };
    for (let retried = 0; !signal.aborted; retried += 1) {
      const status = await postWebhook(postbackUrl() ?? '', webhook, { dispatcher: this.dispatcher, home });
      const pauseMs = retries.pauseBefore(retried, status);
      if (retries.isTaken(status) || pauseMs === undefined) return;
      await wait(pauseMs / (retries.speed ?? SPEED));
    }
  }
}

function noticeOf(id: string, code = ENCODED): object {
  const { status, details } = NOTICES[code] ?? { status: 'MMS failed', details: 'Not encoded' };
  return {
    ...{ origin: 'MMS_MT', code, status, 'status-details': details },
    ...{ 'mms-id': id, timestamp: new Date().toISOString() },
  };
}
