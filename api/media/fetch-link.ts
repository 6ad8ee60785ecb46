import { fetchFile, type FetchedFile, type FetchOptions } from '../../providers/fetch-file.ts';
import { LinkError } from '../../providers/link-error.ts';
import { ApiProblem } from '../problem.ts';
import { MAX_MEDIA_BYTES } from './media-limits.ts';
import { tooLarge } from './receive-media.ts';

/**
 * Fetches a file of media as {@link fetchFile} does: none of which more than {@link MAX_MEDIA_BYTES} bytes are announced.
 * @throws ApiProblem `media_link_refused`, `media_link_failed`, `too_large`, and what `take` throws
 */
export async function fetchLink<T>(
  link: string,
  take: (file: FetchedFile) => Promise<T>,
  options: Omit<FetchOptions, 'maxBytes'> = {},
): Promise<T> {
  try {
    return await fetchFile(link, take, { ...options, maxBytes: MAX_MEDIA_BYTES });
  } catch (error) {
    throw error instanceof LinkError ? problemOf(error) : error;
  }
}

function problemOf(error: LinkError): ApiProblem {
  const problem = PROBLEMS[error.fault](error.message);
  problem.cause = error.cause;
  return problem;
}

const PROBLEMS: Readonly<Record<LinkError['fault'], (detail: string) => ApiProblem>> = {
  refused: (detail) =>
    new ApiProblem('media_link_refused', `${detail} Send the file itself, or an address on the internet.`),
  failed: (detail) => new ApiProblem('media_link_failed', `${detail} Nothing was stored of it.`),
  too_large: () => tooLarge(),
};
