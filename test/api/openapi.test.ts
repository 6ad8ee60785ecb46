import { apiRoutes } from '../../api/app.ts';
import { createLog } from '../../config/log.ts';
import { RenderPool } from '../../templates/render-pool.ts';
import { inboundSms, newInboundUrl, tell } from '../support/inbound.ts';
import { jobEnd } from '../support/import-jobs.ts';
import { misfit, resolve } from '../support/json-schema.ts';
import { chain, mms, NOW } from '../support/scenarios.ts';
import { testRegistry } from '../support/credentials.ts';
import { TestStack } from '../support/test-stack.ts';

interface Content {
  readonly schema?: { readonly example?: unknown };
}
interface Operation {
  readonly summary?: string;
  readonly security?: readonly unknown[];
  readonly parameters?: readonly {
    readonly name: string;
    readonly in: string;
    readonly required?: boolean;
  }[];
  readonly requestBody?: { readonly required: boolean; readonly content: Readonly<Record<string, Content>> };
  readonly responses: Readonly<
    Record<
      string,
      { readonly description?: string; readonly headers?: object; readonly content?: Record<string, Content> }
    >
  >;
}
interface Document {
  readonly openapi: string;
  readonly info: { readonly title: string; readonly version: string };
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly securitySchemes: object };
}

/** Operations that need no key. */
const PUBLIC = ['get /health', 'get /ready'];

let stack: TestStack;
let document: Document;

beforeAll(async () => {
  stack = await TestStack.start({ engine: false });
  document = (await stack.api.call<Document>('GET', '/openapi.json', undefined, { authorization: '' })).body;
});
afterAll(() => stack.stop());

/** Operations that look at If-Match where it is given. */
function mayCompare(name: string): boolean {
  return /^post .*\/(launch|archive|unarchive)$/.test(name);
}

function operations(): readonly (readonly [name: string, path: string, operation: Operation])[] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => [`${method} ${path}`, path, operation] as const),
  );
}

/** Asserts that an answer is what the document promises of an operation. */
function expectDescribed(path: string, method: string, answer: { status: number; body: unknown }): void {
  const content = document.paths[path]?.[method]?.responses[answer.status]?.content ?? {};
  const schema = content['application/json']?.schema;
  expect(schema).toBeDefined();
  expect(misfit(schema, answer.body, document)).toBeUndefined();
}

describe('the OpenAPI document', () => {
  it('is of version 3.1 and names how to authenticate', () => {
    expect(document.openapi).toBe('3.1.0');
    expect(document.info).toMatchObject({ title: 'Tidings' });
    expect(document.components.securitySchemes).toEqual({ apiKey: { type: 'http', scheme: 'bearer' } });
  });

  it('has every route of the API and no other', () => {
    const { config, prisma, database } = stack;
    const providers = testRegistry(config.publicUrl);
    const routes = apiRoutes({
      config,
      prisma,
      providers,
      renderPool: new RenderPool(),
      pool: database.pool,
      reach: () => undefined,
      log: createLog('test', 'silent'),
    });
    const named = routes.map((route) => `${route.method} ${route.path.replace(/:(\w+)/g, '{$1}')}`);
    expect(
      operations()
        .map(([name]) => name)
        .sort(),
    ).toEqual([...named, ...PUBLIC].sort());
  });

  it('refers to nothing that is not in it', () => {
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map(
      (match) => match[1] ?? '',
    );
    expect(references.length).toBeGreaterThan(5);
    for (const reference of references) {
      expect(reference).toMatch(/^#\//);
      expect(() => resolve(document, reference)).not.toThrow();
    }
  });

  it('says of every operation what it is, who may call it, what it needs and what comes back', () => {
    for (const [name, path, operation] of operations()) {
      expect([name, operation.summary, operation.security]).toEqual([
        name,
        expect.stringMatching(/\S/),
        PUBLIC.includes(name) ? [] : [{ apiKey: [] }],
      ]);
      const inPath = (operation.parameters ?? []).filter((parameter) => parameter.in === 'path');
      expect([name, inPath.map((parameter) => `{${parameter.name}}`)]).toEqual([
        name,
        path.match(/\{\w+\}/g) ?? [],
      ]);
      expect([name, inPath.every(({ required }) => required)]).toEqual([name, true]);
      expect(Object.keys(operation.responses)).toContain('default');
      expect(Object.keys(operation.responses).some((status) => status.startsWith('2'))).toBe(true);
      for (const { description } of Object.values(operation.responses)) expect(description).toMatch(/\S/);
    }
  });

  it('describes the Idempotency-Key that a launch needs and a dry run does not', () => {
    const launch = document.paths['/v1/scenarios/{id}/launch']?.['post'];
    expect(launch?.parameters).toContainEqual(
      expect.objectContaining({ name: 'Idempotency-Key', in: 'header', required: false }),
    );
  });

  it('describes the ETag of what can be changed, and the If-Match that every change needs', () => {
    for (const [name, , operation] of operations()) {
      const ifMatch = (operation.parameters ?? []).find((parameter) => parameter.name === 'If-Match');
      const changes = /^(put|patch|delete) /.test(name);
      expect([name, ifMatch?.required]).toEqual([
        name,
        changes ? true : mayCompare(name) ? false : undefined,
      ]);
      expect(Object.keys(operation.responses).includes('428')).toBe(changes);
    }
    for (const path of ['/v1/scenarios/{id}', '/v1/customers/{id}', '/v1/holds'])
      expect(document.paths[path]?.['get']?.responses['200']?.headers).toHaveProperty('ETag');
  });

  it('describes the pages of every list', () => {
    for (const path of ['/v1/scenarios', '/v1/runs', '/v1/customers', '/v1/scenarios/{id}/versions']) {
      const names = document.paths[path]?.['get']?.parameters?.map(({ name }) => name);
      expect(names).toEqual(expect.arrayContaining(['limit', 'cursor']));
    }
  });

  it('gives examples of an import that can be sent as they are', async () => {
    const content = document.paths['/v1/customers/import']?.['post']?.requestBody?.content ?? {};
    expect(Object.keys(content)).toEqual(expect.arrayContaining(['application/x-ndjson', 'text/csv']));
    for (const [contentType, { schema }] of Object.entries(content)) {
      const answer = await stack.api.call('POST', '/v1/customers/import', schema?.example, {
        'content-type': contentType,
      });
      expect(answer.body).toMatchObject({ lines: 2, rejected: [], warnings: [] });
      expectDescribed('/v1/customers/import', 'post', answer);
    }
  });

  it('gives an example of a scenario that can be launched as it is', async () => {
    const { content } = document.paths['/v1/scenarios']?.['post']?.requestBody ?? {};
    const example = content?.['application/json']?.schema?.example;
    expect(example).toMatchObject({ name: 'Summer Sale' });
    const created = await stack.api.call('POST', '/v1/scenarios', example);
    expect(created.body).toMatchObject({ problems: [] });
  });

  it('requires a body only where one is needed', () => {
    const required = (path: string): boolean | undefined =>
      document.paths[path]?.['post']?.requestBody?.required;
    expect(required('/v1/scenarios')).toBe(true);
    expect(required('/v1/scenarios/{id}/launch')).toBe(false);
  });

  it('promises what the API really answers', async () => {
    const { api } = stack;
    await api.importConsenting({ ana: '+12125550200' });
    await tell(await newInboundUrl(stack, 'described'), inboundSms('+12125550201', 'STOP'));
    const scenarioId = await api.createScenario(chain('Described', NOW, mms('send')));
    const path = `/v1/scenarios/${scenarioId}/launch`;
    const dryRun = await api.call('POST', path, { dryRun: true, expectedAudience: 7 });
    expectDescribed('/v1/scenarios/{id}/launch', 'post', dryRun);
    const job = await api.call<{ id: string }>('POST', '/v1/customers/import', '{"oops"', {
      ...{ 'content-type': 'application/x-ndjson', prefer: 'respond-async' },
    });
    expectDescribed('/v1/customers/import', 'post', job);
    const stopImports = stack.startImports();
    await jobEnd(api, job.body.id);
    await stopImports();
    const launched = await api.launch(scenarioId);
    expectDescribed('/v1/scenarios/{id}/launch', 'post', launched);
    const runId = launched.body.id;
    const reads: [template: string, path: string][] = [
      ['/v1/customers/{id}', '/v1/customers/ana'],
      ['/v1/customers', '/v1/customers?externalId=ana'],
      ['/v1/inbound', '/v1/inbound'],
      ['/v1/suppressions', '/v1/suppressions'],
      ['/v1/imports', '/v1/imports'],
      ['/v1/imports/{id}', `/v1/imports/${job.body.id}`],
      ['/v1/imports/{id}/problems', `/v1/imports/${job.body.id}/problems`],
      ['/v1/scenarios', '/v1/scenarios'],
      ['/v1/scenarios/{id}', `/v1/scenarios/${scenarioId}`],
      ['/v1/scenarios/{id}/versions', `/v1/scenarios/${scenarioId}/versions`],
      ['/v1/runs', '/v1/runs'],
      ['/v1/runs/{id}', `/v1/runs/${runId}`],
      ['/v1/runs/{id}/customers/{customerId}', `/v1/runs/${runId}/customers/ana`],
    ];
    for (const [template, path] of reads) expectDescribed(template, 'get', await api.call('GET', path));
    expectDescribed('/v1/runs/{id}/cancel', 'post', await api.call('POST', `/v1/runs/${runId}/cancel`));
    for (const path of ['/health', '/ready']) expectDescribed(path, 'get', await api.call('GET', path));
    const problem = await api.call('GET', '/v1/runs/none');
    const described = document.paths['/v1/runs/{id}']?.['get']?.responses['default']?.content ?? {};
    expect(misfit(described['application/problem+json']?.schema, problem.body, document)).toBeUndefined();
  });
});
