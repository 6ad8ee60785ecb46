import { randomUUID } from 'node:crypto';
import { Agent } from 'undici';
import { z } from 'zod';
import { CHANNELS } from '../domain/channel.ts';
import { postWebhook, type WebhookPost } from './post-webhook.ts';
import { SPEED, type RetryRule } from './retries.ts';

/** What a handset sends to a sender of the account. */
export const inboundOrderSchema = z.strictObject({
  from: z.string().min(1).max(40),
  to: z.string().min(1).max(40),
  text: z.string().max(10_000).default(''),
  media: z.array(z.url()).max(10).default([]),
  /** MMS where there are media or the vendor has nothing else. */
  channel: z.enum(CHANNELS).optional(),
  /** The vendor's own id, to tell a message twice. One is made where none is given. */
  id: z.string().min(1).max(100).optional(),
});
type InboundOrder = z.infer<typeof inboundOrderSchema>;

export interface SentMessage extends Omit<InboundOrder, 'channel' | 'id'> {
  readonly id: string;
  readonly isMms: boolean;
  /** When the vendor got it, milliseconds since the epoch. */
  readonly at: number;
}

/** How a vendor tells of inbound messages. */
export interface InboundVendor extends RetryRule {
  readonly write: (message: SentMessage) => WebhookPost;
}

export interface InboundOptions {
  readonly vendor: InboundVendor;
  /** As of reports. */
  readonly home: string | undefined;
  /** Where inbound messages go as long as nobody has registered an address. Default nowhere. */
  readonly defaultUrl?: () => string | undefined;
}

/** What became of an inbound message so far. */
export interface InboundFate {
  readonly id: string;
  readonly posts: number;
  /** Of the last answer; null when there was none. */
  readonly status: number | null;
  readonly taken: boolean;
}

/** Posts inbound messages as the vendor does, again and again until they are taken; what is owed is forgotten with the process. */
export class InboundPoster {
  private readonly options: InboundOptions;
  private readonly dispatcher = new Agent({ connections: 16, pipelining: 1 });
  private readonly timers = new Set<NodeJS.Timeout>();
  private readonly fateOf = new Map<string, InboundFate>();
  private url: string | undefined;
  private closed = false;

  constructor(options: InboundOptions) {
    this.options = options;
  }

  get fates(): readonly InboundFate[] {
    return [...this.fateOf.values()];
  }

  /** From now on inbound messages go there. */
  register(url: string): void {
    this.url = url;
  }

  /** @returns the vendor's id of the message; undefined when nobody has said where it is to go */
  send({ id = randomUUID(), channel, ...order }: InboundOrder): string | undefined {
    const url = this.url ?? this.options.defaultUrl?.();
    if (url === undefined) return undefined;
    const isMms = channel === 'mms' || (channel === undefined && order.media.length > 0);
    void this.deliver(url, { ...order, id, isMms, at: Date.now() }, 0);
    return id;
  }

  async close(): Promise<void> {
    this.closed = true;
    for (const timer of this.timers) clearTimeout(timer);
    await this.dispatcher.destroy();
  }

  private async deliver(url: string, message: SentMessage, retries: number): Promise<void> {
    const { vendor, home } = this.options;
    const status = await postWebhook(url, vendor.write(message), { dispatcher: this.dispatcher, home });
    const taken = vendor.isTaken(status);
    this.fateOf.set(message.id, { id: message.id, posts: retries + 1, status: status ?? null, taken });
    const pauseMs = vendor.pauseBefore(retries, status);
    if (taken || this.closed || pauseMs === undefined) return;
    const timer = setTimeout(
      () => {
        this.timers.delete(timer);
        void this.deliver(url, message, retries + 1);
      },
      pauseMs / (vendor.speed ?? SPEED),
    );
    this.timers.add(timer);
  }
}
