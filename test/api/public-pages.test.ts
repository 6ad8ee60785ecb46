import { runInNewContext } from 'node:vm';
import { apiWithoutDatabase, type ApiWithoutDatabase } from '../support/dead-database.ts';
import { Api } from '../support/api.ts';
import { expectProblem } from '../support/problem.ts';
import { chain, NOW } from '../support/scenarios.ts';
import { TestStack } from '../support/test-stack.ts';

let stack: TestStack;
let stranger: Api;
let broken: ApiWithoutDatabase;

beforeAll(async () => {
  stack = await TestStack.start({ engine: false });
  stranger = new Api(stack.api.url, 'nobody');
  broken = await apiWithoutDatabase(stack);
});
afterAll(async () => {
  await broken.stop();
  await stack.stop();
});

type Sample = (schema: unknown, config: unknown, contentType: string, example: unknown) => string;

/** Runs the page's script with a Swagger UI that answers which content type an example is made for. */
function pluginOf(script: string): (example: unknown, contentType: string) => string {
  const samples: { getJsonSampleSchema: Sample } = {
    getJsonSampleSchema: (_schema, _config, contentType) => contentType,
  };
  const swagger = ({ plugins }: { plugins: (() => { afterLoad: (system: object) => void })[] }): void => {
    for (const plugin of plugins) plugin().afterLoad({ fn: { jsonSchema202012: samples } });
  };
  runInNewContext(script, { window: {}, SwaggerUIBundle: swagger });
  return (example, contentType) => samples.getJsonSampleSchema({}, {}, contentType, example);
}

describe('without a key', () => {
  it('anybody may ask whether the API lives and whether it is ready', async () => {
    expect(await stranger.call('GET', '/health')).toMatchObject({ status: 200, body: { status: 'ok' } });
    expect(await stranger.call('GET', '/ready')).toMatchObject({ status: 200, body: { status: 'ready' } });
  });

  it('anybody may fetch the media of the examples, and no other file', async () => {
    const picture = await stranger.call('GET', '/media/summer-sale.png');
    expect([picture.status, picture.headers['content-type']]).toEqual([200, 'image/png']);
    for (const path of [
      '/media/',
      '/media/%2e%2e/customers.csv',
      '/media/../customers.csv',
      '/media/.hidden',
    ])
      expectProblem(await stranger.call('GET', path), 404, 'not_found');
  });

  it('anybody may read the documentation, which comes from here alone', async () => {
    expect((await stranger.call('GET', '/')).headers['location']).toBe('/docs');
    const page = await stranger.call('GET', '/docs');
    expect([page.status, page.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    const addresses = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1] ?? '');
    expect(addresses.length).toBeGreaterThan(2);
    for (const address of addresses) {
      expect(address).toMatch(/^\/[^/]/);
      expect([address, (await stranger.call('GET', address)).status]).toEqual([address, 200]);
    }
    expect(page.text).not.toMatch(/https?:\/\//);
    const start = await stranger.call('GET', '/docs/start.js');
    expect(start.text).toContain("url: '/openapi.json'");
    expect(start.text).not.toMatch(/https?:\/\//);
    const plugin = pluginOf(start.text);
    expect(plugin('{"a":1}\n{"a":2}\n', 'application/x-ndjson')).toBe('application/x-lines');
    expect(plugin('{}', 'application/json')).toBe('application/json');
    const policy = String(page.headers['content-security-policy']);
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toMatch(/https?:|\*/);
  });
});

describe('while the database is away', () => {
  it('the API lives', async () => {
    expect((await broken.api.call('GET', '/health')).status).toBe(200);
  });

  it.each([
    ['GET', '/ready'],
    ['GET', '/v1/runs'],
    ['POST', '/v1/scenarios'],
  ])('it asks to be tried again: %s %s', async (method, path) => {
    const answer = await broken.api.call(method, path, method === 'POST' ? chain('Later', NOW) : undefined);
    expectProblem(answer, 503, 'unavailable');
    expect(answer.headers['retry-after']).toBe('2');
  });
});
