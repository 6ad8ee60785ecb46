import { createHash } from 'node:crypto';
import type { MediaReference, MessageContent } from '../../domain/message-content.ts';
import { escapeHtml, textHtml } from './escape-html.ts';
import { fileHtml, originOf } from './file-html.ts';

/** A page, and the only things that its browser may load for it. */
export interface Page {
  readonly html: string;
  /** Content security policy. */
  readonly policy: string;
}

const STYLE = `:root { color-scheme: light dark; font: 1.0625rem/1.5 system-ui, sans-serif; }
body { margin: 0; padding: 1rem; }
main { max-width: 34rem; margin: 0 auto; overflow-wrap: anywhere; }
h1 { font-size: 1.25rem; line-height: 1.3; margin: 0 0 1rem; }
img { display: block; max-width: 100%; height: auto; margin: 0 0 1rem; border-radius: .5rem; }
p { margin: 0 0 1rem; white-space: pre-wrap; }
a { color: light-dark(#0645ad, #8ab4f8); }
ul { margin: 0; padding: 0; list-style: none; }
li a { display: inline-block; padding: .5rem 0; }`;
const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64');

/** What an MMS says, as its handset would show it. */
export function contentPage({ subject, media, text }: MessageContent): Page {
  const isNamed = subject !== null && subject !== '';
  const pictures = media.filter(isPicture);
  const files = media.filter((file) => !isPicture(file)).map(fileHtml);
  const main = [
    isNamed ? `<h1>${escapeHtml(subject)}</h1>` : '',
    ...pictures.map(({ url }) => `<img src="${escapeHtml(url)}" alt="Picture">`),
    text === '' ? '' : `<p>${textHtml(text)}</p>`,
    files.length === 0 ? '' : `<ul>${files.map((file) => `<li>${file}</li>`).join('')}</ul>`,
  ];
  const origins = new Set(pictures.flatMap(({ url }) => originOf(url) ?? []));
  return page({ title: isNamed ? subject : 'Message', main: main.join('\n'), origins: [...origins] });
}

/** A sentence in place of a message. */
export function noticePage(sentence: string): Page {
  return page({ title: sentence, main: `<p lang="en">${escapeHtml(sentence)}</p>`, origins: [] });
}

/** One that can be shown within the page. */
function isPicture({ url, contentType }: MediaReference): boolean {
  return contentType.startsWith('image/') && originOf(url) !== undefined;
}

function page({
  title,
  main,
  origins,
}: {
  readonly title: string;
  readonly main: string;
  readonly origins: readonly string[];
}): Page {
  const html = `<!doctype html>
<html>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex, nofollow">
<meta name="referrer" content="no-referrer">
<title>${escapeHtml(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<main dir="auto">
${main}
</main>
</body>
</html>
`;
  const pictures = origins.length === 0 ? '' : ` img-src ${origins.join(' ')};`;
  const policy =
    `default-src 'none'; style-src 'sha256-${STYLE_HASH}';${pictures} ` +
    `base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;
  return { html, policy };
}
