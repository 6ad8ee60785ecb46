import type { InboundMessage } from './inbound-message.ts';

/** What an inbound message may ask for with a single word. */
export const KEYWORDS = ['stop', 'start', 'help'] as const;
export type Keyword = (typeof KEYWORDS)[number];

/** The words, without spaces and accents: the seven of 47 CFR 64.1200(a)(10), what carriers know beside them, French. */
const WORDS: Readonly<Record<Keyword, readonly string[]>> = {
  stop: ['stop', 'quit', 'end', 'revoke', 'optout', 'cancel', 'unsubscribe', 'stopall', 'arret'],
  start: ['start', 'unstop'],
  help: ['help', 'info', 'aide'],
};
const KEYWORD_OF = new Map(KEYWORDS.flatMap((keyword) => WORDS[keyword].map((word) => [word, keyword])));

const ALL_BUT_LETTERS_AND_DIGITS = /[^\p{L}\p{N}]/gu;

/**
 * The keyword that a message is, whatever its case, accents, punctuation and spaces; null when it says anything beside it.
 *
 * What decides is the first that there is: its text, what the vendor takes for its keyword, its subject. A vendor that gives
 * the text as a file so has its own word taken: rather once too often than not at all.
 */
export function keywordOf({
  text,
  keyword,
  subject,
}: Pick<InboundMessage, 'text' | 'keyword' | 'subject'>): Keyword | null {
  const said = [text, keyword, subject].map(wordOf).find((word) => word !== '');
  return KEYWORD_OF.get(said ?? '') ?? null;
}

function wordOf(text: string | null): string {
  return (text ?? '').normalize('NFKD').replace(ALL_BUT_LETTERS_AND_DIGITS, '').toLowerCase();
}
