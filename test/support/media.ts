import { randomBytes } from 'node:crypto';
import sharp, { type Sharp } from 'sharp';
import type { Pool } from '../../database/pool.ts';
import type { Api, ApiAnswer } from './api.ts';

export interface MediaShape {
  readonly id: string;
  readonly hash: string;
  readonly contentType: string;
  readonly bytes: number;
  readonly width: number | null;
  readonly height: number | null;
}

export interface MediaView extends MediaShape {
  readonly path: string;
  readonly url: string;
  readonly frames: number | null;
  readonly sourceId: string | null;
  readonly fits: readonly {
    readonly preset: string;
    readonly senders: readonly string[];
    readonly fits: boolean;
    readonly breaks: readonly object[];
  }[];
  readonly warnings: readonly { readonly code: string; readonly message: string }[];
  readonly recompression: {
    readonly outcome: string;
    readonly target: number | null;
    readonly before: MediaShape;
    readonly after: MediaShape;
  };
}

/** A part of a form: a text, or a file with what its sender calls it. */
export type Part = string | { readonly content: Buffer; readonly name?: string; readonly type?: string };

const BOUNDARY = 'a-boundary-of-tests';
export const FORM_TYPE = `multipart/form-data; boundary=${BOUNDARY}`;

/** The head of a file's part, as a browser writes it. */
export function fileHead(
  field: string,
  { name = 'file', type }: { name?: string; type?: string } = {},
): string {
  const contentType = type === undefined ? '' : `content-type: ${type}\r\n`;
  return `--${BOUNDARY}\r\ncontent-disposition: form-data; name="${field}"; filename="${name}"\r\n${contentType}\r\n`;
}

export const FORM_END = `\r\n--${BOUNDARY}--\r\n`;

/** The body of a form, its parts in order. */
export function form(...parts: readonly (readonly [name: string, part: Part])[]): Buffer {
  const pieces = parts.flatMap(([name, part]) =>
    typeof part === 'string'
      ? [`--${BOUNDARY}\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${part}\r\n`]
      : [fileHead(name, part), part.content, '\r\n'],
  );
  return Buffer.concat([...pieces, `--${BOUNDARY}--\r\n`].map((piece) => Buffer.from(piece)));
}

/** Sends a file as a browser would. */
export function upload(
  api: Api,
  content: Buffer,
  {
    type,
    ...fields
  }: { readonly type?: string; readonly target?: string; readonly recompress?: string } = {},
): Promise<ApiAnswer<MediaView>> {
  const texts = Object.entries(fields).map(([name, text]) => [name, text] as const);
  const file = { content, ...(type !== undefined && { type }) };
  return api.call('POST', '/v1/media', form(['file', file], ...texts), { 'content-type': FORM_TYPE });
}

/** Pixels of which no two are alike, so that they hardly shrink. */
export function noise(width: number, height: number, channels: 3 | 4 = 3): Sharp {
  return sharp(randomBytes(width * height * channels), { raw: { width, height, channels } });
}

/** An animation of noise. */
export function animation(width: number, height: number, frames: number): Promise<Buffer> {
  const raw = { width, height: height * frames, channels: 3 as const, pageHeight: height };
  return sharp(randomBytes(width * height * frames * 3), { raw })
    .gif({ effort: 1 })
    .toBuffer();
}

/** A picture of one colour. */
export function plain(width: number, height: number, background = 'red'): Sharp {
  return sharp({ create: { width, height, channels: 3, background } });
}

/** How much of media is stored, also of what nobody sees. */
export async function storedMedia(pool: Pool): Promise<{ files: number; chunks: number }> {
  const { rows } = await pool.query<{ files: number; chunks: number }>(
    'SELECT (SELECT count(*)::int FROM media) AS files, (SELECT count(*)::int FROM media_chunk) AS chunks',
  );
  if (!rows[0]) throw new Error('There is no row.');
  return rows[0];
}
