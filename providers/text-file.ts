import type { TextOutcome } from '../domain/awaited-text.ts';
import { fetchFile, type FetchedFile } from './fetch-file.ts';
import { LinkError } from './link-error.ts';

/** Most bytes that are read of a text: what is longer is cut, and is no keyword. */
const READ_BYTES = 16_384;
/** A file of which more is announced is no text of anybody's. */
const MAX_BYTES = 2_000_000;

export interface TextFileOptions {
  /** Whether the file may be on this machine. */
  readonly allowLoopback: boolean;
  readonly timeoutMs: number;
}

/**
 * Fetches a text that a provider gives as a file; never throws.
 *
 * Whatever its server does may be otherwise later: it may be slow, have no such file yet, or show a page instead. What leads nowhere
 * on the internet, or to too large a file, stays so.
 */
export async function fetchTextFile(
  url: string,
  { allowLoopback, timeoutMs }: TextFileOptions,
): Promise<TextOutcome> {
  try {
    const text = await fetchFile(url, readText, { allowLoopback, timeoutMs, maxBytes: MAX_BYTES });
    return { kind: 'fetched', text };
  } catch (error) {
    return { kind: 'failed', mayComeLater: !(error instanceof LinkError) || error.fault === 'failed', error };
  }
}

async function readText({ bytes, declaredType = '' }: FetchedFile): Promise<string | null> {
  if (/html/i.test(declaredType)) throw new LinkError('failed', 'There is a page in place of the text.');
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of bytes) {
    parts.push(part);
    length += part.length;
    if (length >= READ_BYTES) break;
  }
  const text = new TextDecoder().decode(Buffer.concat(parts).subarray(0, READ_BYTES));
  return text.trim() === '' ? null : text;
}
