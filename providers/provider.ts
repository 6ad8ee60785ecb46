import type { Channel } from '../domain/channel.ts';
import type { MessageContent } from '../domain/message-content.ts';
import type { InboundMessage } from '../domain/inbound-message.ts';
import type { TransientError } from '../domain/errors.ts';
import type { SubmitOutcome } from '../domain/outcome.ts';
import type { Receipt } from '../domain/receipt.ts';
import type { AccountCheck } from './account-check.ts';

/** What a provider can do; each flag changes what the engine dares. */
export interface ProviderCapabilities {
  readonly channels: readonly Channel[];
  /** Most messages of one call. 1 means that messages are never batched. */
  readonly maxBatch: number;
  /** Whether a message can be looked up by our id. Without it a message in doubt can only be proven by a receipt. */
  readonly lookup: boolean;
  /** Most ids that one call looks up; more take several calls. */
  readonly maxLookup: number;
  /**
   * Longest text by channel, in UTF-16 units.
   *
   * No vendor says what it counts as a character: in UTF-16 units a text is never shorter than in any other count.
   */
  readonly maxText: Readonly<Record<Channel, number>>;
  /** Most segments of an SMS. */
  readonly maxSegments: number;
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
  | { readonly kind: 'missing'; readonly messageId: string }
  /** A call failed that would have told; what others of the same look-up told still holds. */
  | { readonly kind: 'unanswered'; readonly messageId: string; readonly error: TransientError };

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

/** That a content which a provider keeps can be sent from now on, or never. */
export interface ContentNotice {
  /** The provider's name for it. */
  readonly reference: string;
  readonly isReady: boolean;
  readonly statusCode: string;
  readonly error: string;
}

/** What a webhook tells. */
export interface WebhookReports {
  readonly receipts: readonly Receipt[];
  readonly contents?: readonly ContentNotice[];
  readonly inbound?: readonly InboundMessage[];
  /** How many messages or reports beside those could not be read, or do not say whose they are. */
  readonly unreadable?: number;
}

/** Why something could not be done at a provider that says nothing against what was asked for. */
export type Trouble = Pick<Extract<SubmitOutcome, { kind: 'unsent' }>, 'cause' | 'statusCode' | 'error'>;

/** What has come of making contents ready. */
export interface Preparation {
  /** In how many milliseconds to ask again, 0 when all is done. */
  readonly waitMs: number;
  /** What kept it from being done now, where that was the provider or the account. */
  readonly trouble?: Trouble;
}

/** One account at one provider. */
export interface MessageProvider {
  readonly name: string;
  readonly capabilities: ProviderCapabilities;
  /**
   * Has done what contents need before a message with them can be offered; what can't be sent at all is refused when it is.
   *
   * Left out where they need nothing.
   * Never throws for what the network or the provider does.
   */
  prepare?(contents: readonly MessageContent[]): Promise<Preparation>;
  /**
   * Offers messages of one channel in one call; answers one outcome a message, whatever happens.
   *
   * Never throws for what the network or the provider does. Never retries.
   */
  submit(messages: readonly OutboundMessage[], window: CallWindow): Promise<readonly SubmitOutcome[]>;
  /**
   * Reads what the provider knows of messages; never changes anything there. Answers for each, where anything was told at all.
   *
   * @throws TransientError, LookupRefusedError
   */
  lookup(references: readonly LookupReference[]): Promise<readonly LookupResult[]>;
  /** Tries the credentials with calls that change and cost nothing; never throws for what the network or the provider does. */
  check(): Promise<readonly AccountCheck[]>;
  /** Where this account's delivery reports of a channel are to be posted. */
  reportUrl(channel: Channel): string;
  /** Where messages to this account's senders are to be posted; that of the reports where the vendor knows one address for all. */
  inboundUrl(): string;
  /** Whether a webhook comes from the provider; compared in constant time over the raw body. */
  verifyWebhook(request: RawWebhook): boolean;
  /** What a verified webhook tells. @throws PermanentError `webhook_unreadable` */
  parseWebhook(request: RawWebhook, receivedAt: number): WebhookReports;
  close(): Promise<void>;
}
