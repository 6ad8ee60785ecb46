export interface MediaReference {
  readonly url: string;
  readonly contentType: string;
}

/** What a message says once it is rendered. */
export interface MessageContent {
  readonly text: string;
  readonly subject: string | null;
  readonly media: readonly MediaReference[];
  /** The text of the SMS that the provider sends where the MMS can't be taken; absent where it must not. */
  readonly fallbackText?: string;
  /** Whether everybody gets this subject and this text; left out where somebody may get others. */
  readonly isSameForAll?: boolean;
}
