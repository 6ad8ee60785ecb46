const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text as it is written within an element or a quoted attribute, whatever it holds. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}

/** An address in a text, without what follows it in a sentence. */
const ADDRESS = /(https?:\/\/[^\s<>"']*[^\s<>"'.,;:!?)\]])/;

/** Text of a message, its addresses as links: handsets show them so. */
export function textHtml(text: string): string {
  return text
    .split(ADDRESS)
    .map((part, index) => (index % 2 === 0 ? escapeHtml(part) : linkHtml(part, part)))
    .join('');
}

/** A link that tells nobody where it stood. @param words what it says; both are escaped here */
export function linkHtml(url: string, words: string, more = ''): string {
  return `<a href="${escapeHtml(url)}" rel="noopener noreferrer nofollow"${more}>${escapeHtml(words)}</a>`;
}
