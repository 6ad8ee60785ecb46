import type { IncomingMessage } from 'node:http';
import type { KeptMedia } from '../../database/media/receive-media.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { parseInput } from '../parse-input.ts';
import { ApiProblem } from '../problem.ts';
import { readJson } from '../read-json.ts';
import { linkBody, uploadFields } from '../schemas/media.ts';
import { readProjectResources } from '../scenarios/check-scenario.ts';
import { makeSmaller, type AddedMedia } from './add-media.ts';
import { MAX_MEDIA_BYTES } from './media-limits.ts';
import { readMultipart } from './read-multipart.ts';
import { receiveMedia, tooLarge } from './receive-media.ts';
import { takeLink } from './take-media.ts';
import { targetBytes, type Target } from './targets.ts';

/** What of an upload is not the file. */
const FORM_BYTES = 65_536;

interface Received {
  readonly kept: KeptMedia;
  readonly wish: Wish;
}

interface Wish {
  readonly target?: Target | undefined;
  readonly recompress: boolean;
}

type Receive = (deps: ApiDependencies, projectId: string, body: IncomingMessage) => Promise<Received>;

const BODIES: Readonly<Record<string, Receive>> = {
  'multipart/form-data': receiveUpload,
  'application/json': receiveLink,
};

/**
 * Takes the file that a request sends or links, and makes it small enough.
 * @throws ApiProblem `unsupported_media_type`, and whatever keeps the file out
 */
export async function receiveRequest(
  deps: ApiDependencies,
  projectId: string,
  body: IncomingMessage,
): Promise<AddedMedia> {
  const [name = ''] = (body.headers['content-type'] ?? '').split(';');
  const receive = BODIES[name.trim().toLowerCase()];
  if (!receive) {
    throw new ApiProblem(
      'unsupported_media_type',
      `Send the file as multipart/form-data, or a link to it as application/json.`,
    );
  }
  const { kept, wish } = await receive(deps, projectId, body);
  const resources = await readProjectResources(deps.prisma, projectId);
  const targetOf = (kind: Parameters<typeof targetBytes>[1]): number | undefined =>
    targetBytes(wish.target, kind, resources);
  return makeSmaller(deps.pool, projectId, kept, { recompress: wish.recompress, targetOf });
}

async function receiveUpload(
  { pool }: ApiDependencies,
  projectId: string,
  body: IncomingMessage,
): Promise<Received> {
  if (Number(body.headers['content-length'] ?? 0) > MAX_MEDIA_BYTES + FORM_BYTES) throw tooLarge();
  return readMultipart(body, async (bytes, declaredType, form) => {
    const whole = form.then((fields) => parseInput(uploadFields, fields, 'bad_body'));
    // It may fail before anybody waits for it.
    whole.catch(() => undefined);
    const kept = await receiveMedia(pool, projectId, { bytes, declaredType, whole });
    return { kept, wish: await whole };
  });
}

async function receiveLink(
  deps: ApiDependencies,
  projectId: string,
  body: IncomingMessage,
): Promise<Received> {
  const { url, ...wish } = parseInput(linkBody, await readJson(body), 'bad_body');
  return { kept: await takeLink(deps, projectId, url), wish };
}
