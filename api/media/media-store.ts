import { readMedia } from '../../database/media/read-media.ts';
import { lockMediaForRemoval, readMediaUses, removeMedia } from '../../database/media/remove-media.ts';
import type { StoredMedia } from '../../database/media/stored-media.ts';
import type { Pool } from '../../database/pool.ts';
import { inTransaction } from '../../database/transaction.ts';
import { isUuid } from '../customers/read-customer.ts';
import { assertMatch, type IfMatch } from '../entity-tag.ts';
import { ApiProblem } from '../problem.ts';
import { mediaTag } from './media-view.ts';

/** @throws ApiProblem `not_found` */
export async function readStoredMedia(pool: Pool, projectId: string, id: string): Promise<StoredMedia> {
  const media = isUuid(id) ? await readMedia(pool, projectId, id) : undefined;
  if (!media) throw unknownMedia();
  return media;
}

/**
 * Removes a file that no draft uses, nor a run which is open or has ended within the last 72 hours, or 90 days where
 * customers were given a link to what it has sent.
 * @throws ApiProblem `not_found`, `precondition_failed`, `media_in_use`
 */
export function removeStoredMedia(
  pool: Pool,
  projectId: string,
  { id, ifMatch }: { readonly id: string; readonly ifMatch: IfMatch },
): Promise<void> {
  return inTransaction(pool, async (connection) => {
    const media = isUuid(id) ? await lockMediaForRemoval(connection, projectId, id) : undefined;
    if (!media) throw unknownMedia();
    assertMatch(ifMatch, mediaTag(media));
    const { scenarios, runs } = await readMediaUses(connection, projectId, media);
    if (scenarios.length + runs.length > 0) throw inUse(scenarios, runs);
    await removeMedia(connection, media.id);
  });
}

function inUse(scenarios: readonly string[], runs: readonly string[]): ApiProblem {
  const users = [
    ...(scenarios.length === 0 ? [] : [`scenarios ${scenarios.map((name) => `"${name}"`).join(', ')}`]),
    ...(runs.length === 0 ? [] : [`runs ${runs.join(', ')}`]),
  ];
  return new ApiProblem(
    'media_in_use',
    `The file is used by ${users.join(' and ')}. Take it out of the scenarios, and wait until 72 hours after the end of the runs, 90 days if they have sent links to it.`,
  );
}

function unknownMedia(): ApiProblem {
  return new ApiProblem('not_found', 'There is no media with this id.');
}
