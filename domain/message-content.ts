export interface MediaReference {
  readonly url: string;
  readonly contentType: string;
}

/** What a message says once it is rendered. */
export interface MessageContent {
  readonly text: string;
  readonly subject: string | null;
  readonly media: readonly MediaReference[];
}
