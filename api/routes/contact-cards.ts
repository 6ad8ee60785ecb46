import { z } from 'zod';
import { listContactCards, readVcard, type ContactCardRow } from '../../database/contact-cards.ts';
import { shownName, VCARD_TYPE } from '../../domain/contact-card.ts';
import { sendVcard, vcardUrl } from '../contact-cards/public-cards.ts';
import {
  contactCardTag,
  createContactCard,
  readCard,
  removeContactCard,
  replaceContactCard,
  type CardPlace,
} from '../contact-cards/store-contact-card.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { nextCursor, PagedList } from '../paging.ts';
import { defineRoute, type AnyRoute, type Answer } from '../route.ts';
import {
  contactCardBody,
  contactCardSummary,
  contactCardView,
  newContactCardBody,
} from '../schemas/contact-card.ts';

const TAG = 'Contact cards';
const PAGES = new PagedList('contactcards');
const byKey = z.object({ key: z.string() });
const one = { schema: contactCardView, tagged: true as const };

/** Contacts that messages may bring. */
export function contactCardRoutes(deps: ApiDependencies): readonly AnyRoute[] {
  return [
    createRoute(deps),
    listRoute(deps),
    // Before the one that would take the ending for a part of the key.
    previewRoute(deps),
    readRoute(deps),
    replaceRoute(deps),
    removeRoute(deps),
  ];
}

function summaryOf(row: ContactCardRow, publicUrl: string): z.input<typeof contactCardSummary> {
  const { key, fields, contentHash, bytes, createdAt, changedAt } = row;
  return {
    ...{ key, version: fields.version, shownName: shownName(fields), bytes },
    vcardUrl: vcardUrl(publicUrl, contentHash),
    ...{ createdAt: createdAt.toISOString(), changedAt: changedAt.toISOString() },
  };
}

async function answerOf({ pool, config }: ApiDependencies, place: CardPlace, status = 200): Promise<Answer> {
  const row = await readCard(pool, place);
  const location = `/v1/contact-cards/${row.key}`;
  return {
    status,
    body: { ...row.fields, ...summaryOf(row, config.publicUrl) },
    headers: { etag: contactCardTag(row), ...(status === 201 && { location }) },
  };
}

function createRoute(deps: ApiDependencies): AnyRoute {
  return defineRoute({
    method: 'post',
    path: '/v1/contact-cards',
    tag: TAG,
    summary: 'Make a contact card',
    description:
      'A node of type `mms` names it in `contactCards`; a launch freezes it as it is then. It needs a name, and the node a ' +
      '`fallback.text` for phones that show no cards.',
    body: newContactCardBody,
    answers: { 201: { description: 'The card.', ...one }, 409: { description: 'The key is taken.' } },
    handle: async ({ project, body }) => {
      await createContactCard(deps.pool, project.id, body);
      return answerOf(deps, { projectId: project.id, key: body.key }, 201);
    },
  });
}

function listRoute({ pool, config }: ApiDependencies): AnyRoute {
  return defineRoute({
    method: 'get',
    path: '/v1/contact-cards',
    tag: TAG,
    summary: 'List contact cards',
    query: z.strictObject(PAGES.query),
    answers: {
      200: {
        description: 'The newest first.',
        schema: z.object({ contactCards: z.array(contactCardSummary), next: nextCursor }),
      },
    },
    handle: async ({ project, query }) => {
      const rows = await listContactCards(pool, project.id, query);
      const { items, next } = PAGES.page(rows, query.limit, ({ createdAt, id }) => ({ at: createdAt, id }));
      const contactCards = items.map((row) => summaryOf(row, config.publicUrl));
      return { status: 200, body: { contactCards, next } };
    },
  });
}

function previewRoute({ pool }: ApiDependencies): AnyRoute {
  return defineRoute({
    method: 'get',
    path: '/v1/contact-cards/:key.vcf',
    tag: TAG,
    summary: 'See a contact card as a phone gets it',
    params: byKey,
    answers: {
      200: { description: 'The vCard.', schema: z.string(), contentType: VCARD_TYPE },
    },
    handle: async ({ project, params }) => {
      const { contentHash } = await readCard(pool, { projectId: project.id, key: params.key });
      const vcard = (await readVcard(pool, contentHash)) ?? '';
      return {
        stream: (response) => {
          sendVcard(response, vcard);
          return Promise.resolve();
        },
      };
    },
  });
}

function readRoute(deps: ApiDependencies): AnyRoute {
  return defineRoute({
    method: 'get',
    path: '/v1/contact-cards/:key',
    tag: TAG,
    summary: 'Read a contact card',
    params: byKey,
    answers: { 200: { description: 'The card.', ...one } },
    handle: ({ project, params }) => answerOf(deps, { projectId: project.id, key: params.key }),
  });
}

function replaceRoute(deps: ApiDependencies): AnyRoute {
  return defineRoute({
    method: 'put',
    path: '/v1/contact-cards/:key',
    tag: TAG,
    summary: 'Replace a contact card',
    description: 'Runs that were launched go on with the card as it was.',
    params: byKey,
    body: contactCardBody,
    answers: { 200: { description: 'The card as it is now.', ...one } },
    handle: async ({ project, params, body, ifMatch }) => {
      const place = { projectId: project.id, key: params.key };
      await replaceContactCard(deps.pool, place, body, ifMatch);
      return answerOf(deps, place);
    },
  });
}

function removeRoute({ pool }: ApiDependencies): AnyRoute {
  return defineRoute({
    method: 'delete',
    path: '/v1/contact-cards/:key',
    tag: TAG,
    summary: 'Remove a contact card',
    description:
      'Drafts that name it have the problem `unknown_contact_card`; runs that were launched go on with it.',
    params: byKey,
    answers: { 204: { description: 'Removed.' } },
    handle: async ({ project, params, ifMatch }) => {
      await removeContactCard(pool, { projectId: project.id, key: params.key }, ifMatch);
      return { status: 204 };
    },
  });
}
