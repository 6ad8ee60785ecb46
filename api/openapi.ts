import { OpenAPIRegistry, OpenApiGeneratorV31 } from '@asteasolutions/zod-to-openapi';
import { z } from 'zod';
import { changesResource, takesIfMatch, type AnyRoute } from './route.ts';
import { problemView } from './schemas/scenario.ts';

const REFUSAL = {
  description: 'A refusal with a stable code.',
  content: { 'application/problem+json': { schema: problemView } },
};

const STALE_REFUSAL = {
  412: { ...REFUSAL, description: 'It was changed after it was read: `precondition_failed`.' },
};
const UNCONDITIONAL_REFUSAL = {
  428: { ...REFUSAL, description: 'There is no `If-Match`: `precondition_required`.' },
};

const TAG_HEADER = z.object({
  ETag: z.string().meta({ description: 'Names this state of it, for `If-Match`.', example: '"7"' }),
});

const IF_MATCH = z.string().meta({
  description: 'The `ETag` that was read, or `*` to change it as it is now.',
  example: '"7"',
});

/** What anybody may ask, without a key. */
const PUBLIC_PAGES = [
  { path: '/health', summary: 'Does the API live?', answer: 'It lives.', status: 'ok' },
  {
    path: '/ready',
    summary: 'Can the API do its work?',
    answer: 'The database can be reached.',
    status: 'ready',
  },
] as const;

/** The API's description, made from the schemas that check it. */
export function openApiDocument(routes: readonly AnyRoute[], publicUrl: string): object {
  const registry = new OpenAPIRegistry();
  registry.registerComponent('securitySchemes', 'apiKey', { type: 'http', scheme: 'bearer' });
  for (const route of routes) {
    registry.registerPath({
      method: route.method,
      path: route.path.replace(/:(\w+)/g, '{$1}'),
      tags: [route.tag],
      summary: route.summary,
      ...(route.description !== undefined && { description: route.description }),
      security: [{ apiKey: [] }],
      request: {
        ...(route.params && { params: route.params }),
        ...(route.query && { query: route.query }),
        headers: headersOf(route),
        ...bodyOf(route),
      },
      responses: {
        ...Object.fromEntries(
          Object.entries(route.answers).map(
            ([status, { description, schema, contentType = 'application/json', tagged }]) => [
              status,
              {
                description,
                ...(tagged && { headers: TAG_HEADER }),
                ...(schema && { content: { [contentType]: { schema } } }),
              },
            ],
          ),
        ),
        ...(takesIfMatch(route) && STALE_REFUSAL),
        ...(changesResource(route) && UNCONDITIONAL_REFUSAL),
        default: REFUSAL,
      },
    });
  }
  for (const { path, summary, answer, status } of PUBLIC_PAGES) {
    registry.registerPath({
      method: 'get',
      path,
      tags: ['Health'],
      summary,
      security: [],
      responses: {
        200: {
          description: answer,
          content: { 'application/json': { schema: z.object({ status: z.literal(status) }) } },
        },
        default: REFUSAL,
      },
    });
  }
  return new OpenApiGeneratorV31(registry.definitions).generateDocument({
    openapi: '3.1.0',
    info: {
      title: 'Tidings',
      version: '1',
      description:
        'Write a scenario (who, what, when, what next), launch it, and read for every customer what happened and why. ' +
        'Send your key as `Authorization: Bearer <key>`. Refusals are RFC 9457 problems with a stable `code`; ' +
        "`/errors` lists every code. A scenario's JSON Schema is at `/schemas/scenario.json`.",
    },
    servers: [{ url: publicUrl }],
  });
}

function headersOf(route: AnyRoute): z.ZodObject {
  const own = route.headers ?? z.object({});
  if (!takesIfMatch(route)) return own;
  return own.extend({ 'If-Match': changesResource(route) ? IF_MATCH : IF_MATCH.optional() });
}

function bodyOf(route: AnyRoute): object {
  if (route.body) {
    const required = !route.body.safeParse(undefined).success;
    return { body: { required, content: { 'application/json': { schema: route.body } } } };
  }
  if (!route.rawBody) return {};
  const content = Object.fromEntries(
    Object.entries(route.rawBody).map(([type, described]) => [
      type,
      { schema: typeof described === 'string' ? { type: 'string', example: described } : described },
    ]),
  );
  return { body: { required: true, content } };
}
