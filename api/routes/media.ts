import { z } from 'zod';
import { listMedia } from '../../database/media/read-media.ts';
import { MAX_RECEIVING } from '../../database/media/receive-media.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { readStoredMedia, removeStoredMedia } from '../media/media-store.ts';
import { addedView, mediaTag, mediaView as viewOf } from '../media/media-view.ts';
import { receiveRequest } from '../media/receive-request.ts';
import { nextCursor, PagedList } from '../paging.ts';
import { defineRoute, type AnyRoute } from '../route.ts';
import { addedMediaView, linkBody, mediaView, uploadForm } from '../schemas/media.ts';

const TAG = 'Media';
const PAGES = new PagedList('media');
const byId = z.object({ id: z.string() });

/** Files that messages carry. */
export function mediaRoutes(deps: ApiDependencies): readonly AnyRoute[] {
  return [addRoute(deps), listRoute(deps), readRoute(deps), removeRoute(deps)];
}

function addRoute(deps: ApiDependencies): AnyRoute {
  return defineRoute({
    method: 'post',
    path: '/v1/media',
    tag: TAG,
    summary: 'Add a file',
    description:
      'Stores a file under the hash of its content, so that the same content is stored once. What it is is told by its content: ' +
      'neither its name nor its declared type counts, and one that contradicts it is refused. An image or GIF over ' +
      '`target` is made smaller, and the answer is about what came of it; the original is kept beside it. A link is fetched ' +
      'once, from hosts on the internet alone.',
    rawBody: { 'multipart/form-data': uploadForm, 'application/json': linkBody },
    answers: {
      200: { description: 'The project has this content already.', schema: addedMediaView, tagged: true },
      201: { description: 'The file is stored.', schema: addedMediaView, tagged: true },
      413: { description: 'The file is too large; nothing was stored.' },
      415: { description: 'The body is neither an upload nor a link.' },
      422: {
        description:
          'The file is none that a message can carry, broken, or not what it is said to be; or the link is refused, or gives none.',
      },
      429: { description: `${MAX_RECEIVING} files of the project are coming in.` },
    },
    handle: async ({ project, raw }) => {
      const added = await receiveRequest(deps, project.id, raw);
      return {
        status: added.isNew ? 201 : 200,
        body: addedView(added, deps.config.publicUrl),
        headers: { location: `/v1/media/${added.result.id}`, etag: mediaTag(added.result) },
      };
    },
  });
}

function listRoute({ pool, config }: ApiDependencies): AnyRoute {
  return defineRoute({
    method: 'get',
    path: '/v1/media',
    tag: TAG,
    summary: 'List files',
    query: z.strictObject(PAGES.query),
    answers: {
      200: {
        description: 'The newest first.',
        schema: z.object({ media: z.array(mediaView), next: nextCursor }),
      },
    },
    handle: async ({ project, query }) => {
      const rows = await listMedia(pool, project.id, query);
      const { items, next } = PAGES.page(rows, query.limit, ({ createdAt, id }) => ({ at: createdAt, id }));
      return { status: 200, body: { media: items.map((item) => viewOf(item, config.publicUrl)), next } };
    },
  });
}

function readRoute({ pool, config }: ApiDependencies): AnyRoute {
  return defineRoute({
    method: 'get',
    path: '/v1/media/:id',
    tag: TAG,
    summary: 'Read about a file',
    params: byId,
    answers: { 200: { description: 'What is known of it.', schema: mediaView, tagged: true } },
    handle: async ({ project, params }) => {
      const media = await readStoredMedia(pool, project.id, params.id);
      return { status: 200, body: viewOf(media, config.publicUrl), headers: { etag: mediaTag(media) } };
    },
  });
}

function removeRoute({ pool }: ApiDependencies): AnyRoute {
  return defineRoute({
    method: 'delete',
    path: '/v1/media/:id',
    tag: TAG,
    summary: 'Remove a file',
    description: 'What was made smaller from it stays. A provider may have a copy of what has been sent.',
    params: byId,
    answers: {
      204: { description: 'Removed.' },
      409: {
        description:
          'A draft uses it, or a run that is open or has ended within the last 72 hours (90 days, if it sent links to what its MMS say).',
      },
    },
    handle: async ({ project, params, ifMatch }) => {
      await removeStoredMedia(pool, project.id, { id: params.id, ifMatch });
      return { status: 204 };
    },
  });
}
