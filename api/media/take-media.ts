import { readGateSettings } from '../../database/launch-facts.ts';
import type { KeptMedia } from '../../database/media/receive-media.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { fetchLink } from './fetch-link.ts';
import { receiveMedia } from './receive-media.ts';

/**
 * Fetches a linked file once and stores it: from then on it is what it was, whatever becomes of the link.
 * @throws ApiProblem as {@link fetchLink} and {@link receiveMedia}
 */
export async function takeLink(
  { pool, config }: Pick<ApiDependencies, 'pool' | 'config'>,
  projectId: string,
  url: string,
): Promise<KeptMedia> {
  const { mode } = await readGateSettings(pool, projectId);
  const allowLoopback = config.mediaFromLoopback && mode === 'simulator';
  return fetchLink(url, (file) => receiveMedia(pool, projectId, file), { allowLoopback });
}
