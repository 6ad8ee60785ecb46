import type { Channel } from '../domain/channel.ts';
import type { MessageContent } from '../domain/message-content.ts';
import type { SubmitOutcome } from '../domain/outcome.ts';
import type { Receipt } from '../domain/receipt.ts';

/** What a provider can do; each flag changes what the engine dares. */
export interface ProviderCapabilities {
  readonly channels: readonly Channel[];
  /** Most messages of one call. 1 means that messages are never batched. */
  readonly maxBatch: number;
  /** Whether a message can be looked up by our id. Without it a message in doubt can only be proven by a receipt. */
  readonly lookup: boolean;
  /** Most ids that one call looks up; more take several calls. */
  readonly maxLookup: number;
  /** Longest text, in characters, by channel. */
  readonly maxText: Readonly<Record<Channel, number>>;
}

export interface OutboundMessage {
  /** Ours, the same in every attempt; the provider is asked to refuse it a second time. */
  readonly id: string;
  readonly channel: Channel;
  /** E.164. */
  readonly to: string;
  readonly sender: string;
  readonly content: MessageContent;
  /** How long the provider may go on trying, in milliseconds. */
  readonly validityMs: number;
  /** Where delivery reports are to be posted. */
  readonly reportUrl: string;
}

/** When a call may be made: it starts by `startBy` (`performance.now()`) or not at all, and ends by `deadline`. */
export interface CallWindow {
  readonly startBy: number;
  readonly deadline: AbortSignal;
  /** Called behind the last check, before the first byte is written. */
  readonly onWrite?: () => void;
}

export type LookupResult =
  | { readonly kind: 'found'; readonly messageId: string; readonly receipt: Receipt }
  /** Not proof that it was never accepted: a provider's index may lag. */
  | { readonly kind: 'missing'; readonly messageId: string };

export interface LookupReference {
  readonly messageId: string;
  readonly channel: Channel;
}

/** A webhook as it came in; nothing of it is believed before {@link MessageProvider.verifyWebhook}. */
export interface RawWebhook {
  /** Path segments behind the integration's id. */
  readonly path: readonly string[];
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: Buffer;
}

/** One account at one provider. */
export interface MessageProvider {
  readonly name: string;
  readonly capabilities: ProviderCapabilities;
  /**
   * Offers messages of one channel in one call; answers one outcome a message, whatever happens.
   *
   * Never throws for what the network or the provider does. Never retries.
   */
  submit(messages: readonly OutboundMessage[], window: CallWindow): Promise<readonly SubmitOutcome[]>;
  /** Reads what the provider knows of messages; never changes anything there. @throws TransientError, LookupRefusedError */
  lookup(references: readonly LookupReference[]): Promise<readonly LookupResult[]>;
  /** Where this account's delivery reports of a channel are to be posted. */
  reportUrl(channel: Channel): string;
  /** Whether a webhook comes from the provider; compared in constant time over the raw body. */
  verifyWebhook(request: RawWebhook): boolean;
  /** The receipts in a verified webhook. @throws PermanentError `webhook_unreadable` */
  parseWebhook(request: RawWebhook, receivedAt: number): readonly Receipt[];
  close(): Promise<void>;
}
