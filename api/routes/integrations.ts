import { z } from 'zod';
import { SecretBox } from '../../database/secret-box.ts';
import type { ApiDependencies } from '../dependencies.ts';
import {
  changeIntegration,
  createIntegration,
  integrationTag,
  replaceIntegration,
} from '../integrations/change-integration.ts';
import { checkIntegration } from '../integrations/check-integration.ts';
import { startIdProbe } from '../integrations/start-id-probe.ts';
import { readIntegrationDetail } from '../integrations/read-integration-detail.ts';
import { listIntegrations, readShownIntegration } from '../integrations/read-integrations.ts';
import { defineRoute, type AnyRoute, type Answer } from '../route.ts';
import {
  integrationChange,
  integrationCheckView,
  integrationDetail,
  integrationView,
  newIntegrationBody,
} from '../schemas/integration.ts';
import { integrationCheckBody } from '../schemas/id-probe.ts';

const TAG = 'Integrations';
const byId = z.object({ id: z.string() });
const one = { schema: integrationDetail, tagged: true as const };

/** Accounts at providers. */
export function integrationRoutes(deps: ApiDependencies): readonly AnyRoute[] {
  return [
    listRoute(deps),
    createRoute(deps),
    readRoute(deps),
    changeRoute(deps),
    removeRoute(deps),
    checkRoute(deps),
  ];
}

async function answerOf(
  { pool }: ApiDependencies,
  projectId: string,
  id: string,
  status = 200,
): Promise<Answer> {
  const { row, view } = await readIntegrationDetail(pool, projectId, id);
  return { status, body: view, headers: { etag: integrationTag(row) } };
}

function listRoute({ pool }: ApiDependencies): AnyRoute {
  return defineRoute({
    method: 'get',
    path: '/v1/integrations',
    tag: TAG,
    summary: 'List integrations',
    description:
      'While the breaker of an integration is open nothing is claimed for it but one message now and then, whose ' +
      'success closes it. It opens at once when the account is refused (401, 403), and after ten calls in a row that ' +
      'came to nothing.',
    answers: {
      200: {
        description: 'All integrations of the project.',
        schema: z.object({ integrations: z.array(integrationView) }),
      },
    },
    handle: async ({ project }) => {
      const shown = await listIntegrations(pool, project.id);
      return { status: 200, body: { integrations: shown.map(({ view }) => view) } };
    },
  });
}

function createRoute(deps: ApiDependencies): AnyRoute {
  const box = new SecretBox(deps.config.credentialKeys);
  return defineRoute({
    method: 'post',
    path: '/v1/integrations',
    tag: TAG,
    summary: 'Make an integration',
    description:
      'Its credentials are stored sealed (AES-256-GCM) and never shown again. In mode `simulator` and `allow-list` only ' +
      'registered test numbers are called through an address that is not on this machine. Outside of mode `simulator` the address ' +
      'must be one on the internet. Check it before you give it to a sender.',
    body: newIntegrationBody,
    answers: {
      201: { description: 'The integration.', ...one },
      409: { description: 'The key is taken.' },
    },
    handle: async ({ project, body }) => {
      const id = await createIntegration(deps, box, project.id, body);
      return answerOf(deps, project.id, id, 201);
    },
  });
}

function readRoute(deps: ApiDependencies): AnyRoute {
  return defineRoute({
    method: 'get',
    path: '/v1/integrations/:id',
    tag: TAG,
    summary: 'Read an integration',
    description: 'Its `ETag` stands for its configuration: that a breaker opens does not change it.',
    params: byId,
    answers: { 200: { description: 'The integration.', ...one } },
    handle: ({ project, params }) => answerOf(deps, project.id, params.id),
  });
}

function changeRoute(deps: ApiDependencies): AnyRoute {
  const box = new SecretBox(deps.config.credentialKeys);
  return defineRoute({
    method: 'patch',
    path: '/v1/integrations/:id',
    tag: TAG,
    summary: 'Change an integration',
    description:
      'What is offered to a node that up to 1,000 customers are at ends as it began; all that begins later goes by it. Another ' +
      'address or other credentials are another account: what was found out about the old one is forgotten, and an open ' +
      'breaker tries it at once. Whoever names another host gives its credentials. A part that is good stays good or nothing is ' +
      'changed; one that is not, as after an update, stays as it is until it is named.',
    params: byId,
    body: integrationChange,
    answers: { 200: { description: 'The integration as it is now.', ...one } },
    handle: async ({ project, params, body: change, ifMatch }) => {
      await changeIntegration(deps, box, project.id, { id: params.id, change, ifMatch });
      return answerOf(deps, project.id, params.id);
    },
  });
}

function removeRoute(deps: ApiDependencies): AnyRoute {
  return defineRoute({
    method: 'delete',
    path: '/v1/integrations/:id',
    tag: TAG,
    summary: 'Remove an integration',
    description:
      'Its senders go on through the replacement. What it has sent is still looked up and reported for 14 days; then its ' +
      'credentials are erased.',
    params: byId,
    query: z.strictObject({
      replacement: z.string().max(40).optional().meta({
        description:
          'Id of the integration that its senders are to send through; needed where there are any.',
      }),
    }),
    answers: {
      204: { description: 'Removed.' },
      409: { description: 'Senders send through it, and no replacement is named.' },
    },
    handle: async ({ project, params, query, ifMatch }) => {
      await replaceIntegration(deps, project.id, { id: params.id, ...query, ifMatch });
      return { status: 204 };
    },
  });
}

function checkRoute(deps: ApiDependencies): AnyRoute {
  return defineRoute({
    method: 'post',
    path: '/v1/integrations/:id/check',
    tag: TAG,
    summary: 'Check an integration',
    description:
      'Makes a call with its credentials that changes and costs nothing, and says in words what is wrong. It sends no message, ' +
      'unless `probeTo` names a test recipient: then it also begins a probe. One message goes to the test recipient, and its id is ' +
      'offered again after the longest time after which the engine would repeat a message (a little over 4 hours). Where the account refuses ' +
      'that as known, `idempotentIds` becomes `verified` for the channel; where it takes it, the test recipient has the message ' +
      'twice, and no message in doubt is repeated. How far it is says `idProbe` of the integration. Of Infobip alone: the others ' +
      'take a known id again.',
    params: byId,
    body: integrationCheckBody.optional(),
    answers: {
      200: { description: 'What was found.', schema: integrationCheckView },
      202: { description: 'What was found; a probe has begun.', schema: integrationCheckView },
      409: { description: 'A probe is under way, or the provider refuses no id that it knows.' },
    },
    handle: async ({ project, params, body }) => {
      const { row } = await readShownIntegration(deps.pool, project.id, params.id);
      const check = await checkIntegration(deps, row);
      if (body?.probeTo === undefined) return { status: 200, body: { ...check, idProbe: null } };
      await startIdProbe(deps, project.id, row.id, { ...body, probeTo: body.probeTo });
      const { view } = await readShownIntegration(deps.pool, project.id, row.id);
      return { status: 202, body: { ...check, idProbe: view.idProbe } };
    },
  });
}
