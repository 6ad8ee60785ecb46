import { setTimeout as pause } from 'node:timers/promises';
import { Agent, request } from 'undici';
import { isLoopback } from '../config/loopback.ts';

/** A file as its server describes it. */
export interface MediaFile {
  /** `Content-Length`; null where the server does not say it. */
  readonly bytes: number | null;
  /** Media type without parameters; null where the server does not say it. */
  readonly contentType: string | null;
}

const PATIENCE_MS = 1_000;
/** A server that is started again may be away for a moment. */
const TRIES = 3;
const PAUSE_MS = 300;

/**
 * Looks at the media of messages as a vendor would, once for each address and process.
 *
 * Only at what this machine serves: nothing leaves it. A file that was found is remembered, one that was not is looked for again with
 * the next message.
 */
export class MediaCheck {
  private readonly dispatcher = new Agent({ connections: 4, pipelining: 1 });
  private readonly looks = new Map<string, Promise<MediaFile | undefined>>();

  /** @returns undefined when its server has no such file */
  fileAt(url: string): Promise<MediaFile | undefined> {
    const known = this.looks.get(url);
    if (known) return known;
    const look = this.look(url).then((file) => {
      if (!file) this.looks.delete(url);
      return file;
    });
    this.looks.set(url, look);
    return look;
  }

  close(): Promise<void> {
    return this.dispatcher.destroy();
  }

  private async look(url: string): Promise<MediaFile | undefined> {
    for (let tries = 1; tries <= TRIES; tries += 1) {
      if (tries > 1) await pause(PAUSE_MS);
      const answer = await this.head(url).catch(() => undefined);
      if (answer && answer.status < 500) return answer.status === 200 ? answer.file : undefined;
    }
    return undefined;
  }

  private async head(url: string): Promise<{ readonly status: number; readonly file: MediaFile }> {
    const options = { dispatcher: this.dispatcher, headersTimeout: PATIENCE_MS, bodyTimeout: PATIENCE_MS };
    const { statusCode: status, headers, body } = await request(url, { ...options, method: 'HEAD' });
    await body.dump();
    const [length, type] = [headers['content-length'], headers['content-type']];
    return {
      status,
      file: {
        bytes: typeof length === 'string' && /^\d+$/.test(length) ? Number(length) : null,
        contentType: typeof type === 'string' ? (type.split(';')[0]?.trim().toLowerCase() ?? null) : null,
      },
    };
  }
}

/** Whether this machine serves it. */
export function isHere(url: string): boolean {
  return URL.canParse(url) && /^https?:$/.test(new URL(url).protocol) && isLoopback(url);
}
