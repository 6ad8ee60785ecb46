import type { Channel } from './channel.ts';

/** A message that somebody has sent to one of our senders, as an adapter reads it from a vendor's webhook. */
export interface InboundMessage {
  /** The vendor's own id; null where it gives none. */
  readonly providerMessageId: string | null;
  readonly channel: Channel;
  /** Who sent it: E.164, or as the vendor gives it where that is no such number. */
  readonly from: string;
  /** Our sender: digits or a name, without a plus; empty where the vendor says nothing. */
  readonly to: string;
  /** Null where there is none; so is the text where it comes as a file. */
  readonly subject: string | null;
  readonly text: string | null;
  /** Addresses of what came with it. */
  readonly media: readonly string[];
  /** Which of them is its text, where nothing else tells what it says. */
  readonly textAt?: string | null;
  /** What the vendor takes for its keyword. */
  readonly keyword: string | null;
  /** The vendor's instant of it, milliseconds since the epoch. */
  readonly at: number;
}
