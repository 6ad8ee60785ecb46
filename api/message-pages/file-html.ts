import { VCARD_TYPE } from '../../domain/contact-card.ts';
import type { MediaReference } from '../../domain/message-content.ts';
import { escapeHtml, linkHtml } from './escape-html.ts';

/** What a file is called, by what its type begins with. */
const NAMES: readonly (readonly [string, string])[] = [
  [VCARD_TYPE, 'Contact card'],
  ['text/calendar', 'Calendar entry'],
  ['application/pdf', 'Document (PDF)'],
  ['image/', 'Picture'],
  ['video/', 'Video'],
  ['audio/', 'Sound'],
];

/** A host that a policy can name as it stands: no character of it ends a directive. */
const PLAIN_ORIGIN = /^https?:\/\/[\w.:[\]-]+$/;

/** Where a file comes from; undefined when that is nothing that a policy could name. */
export function originOf(url: string): string | undefined {
  const origin = URL.canParse(url) ? new URL(url).origin : '';
  return PLAIN_ORIGIN.test(origin) ? origin : undefined;
}

/** A file that is not shown within the page: a link, and of a contact card one that saves it. */
export function fileHtml({ url, contentType }: MediaReference): string {
  const name = NAMES.find(([start]) => contentType.startsWith(start))?.[1] ?? 'File';
  if (!/^https?:/.test(url)) return escapeHtml(name);
  return linkHtml(url, name, contentType.startsWith(VCARD_TYPE) ? ' download' : '');
}
