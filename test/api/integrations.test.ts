import { newInfobip, newSinchSms, type IntegrationView } from '../support/integrations.ts';
import { otherProject } from '../support/other-project.ts';
import { entriesOf, expectProblem } from '../support/problem.ts';
import { TestStack } from '../support/test-stack.ts';

let stack: TestStack;

beforeAll(async () => {
  stack = await TestStack.start({ engine: false });
});
afterAll(() => stack.stop());

const make = (body: unknown): ReturnType<typeof stack.api.call<IntegrationView>> =>
  stack.api.call<IntegrationView>('POST', '/v1/integrations', body);

async function list(): Promise<readonly IntegrationView[]> {
  const { body } = await stack.api.call<{ integrations: IntegrationView[] }>('GET', '/v1/integrations');
  return body.integrations;
}

describe('an integration', () => {
  it('is made, read and listed, and never shows what is secret', async () => {
    const made = await make(newSinchSms('sinch-east', { settings: { servicePlanId: 'east' } }));
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({
      ...{ key: 'sinch-east', provider: 'sinch-sms', channels: ['sms'], idempotentIds: 'no' },
      ...{ baseUrl: 'https://us.sms.api.sinch.com', settings: { servicePlanId: 'east' } },
      ...{
        webhook: { auth: 'token' },
        credentialsKeyId: 'test',
        messagesPerCall: 1,
        senders: [],
        breaker: null,
      },
    });
    const read = await stack.api.call<IntegrationView>('GET', `/v1/integrations/${made.body.id}`);
    expect(read.body).toEqual(made.body);
    expect(read.headers['etag']).toBe(made.headers['etag']);
    expect((await list()).map(({ key }) => key)).toEqual(['infobip', 'sinch-east']);
    for (const text of [made.text, read.text, JSON.stringify(await list())])
      expect(text).not.toMatch(/simulated-token|a webhook secret/);
    const { rows } = await stack.database.pool.query(
      'SELECT to_jsonb(integration)::text AS text FROM integration',
    );
    expect(JSON.stringify(rows)).not.toMatch(/simulated-token|a webhook secret/);
  });

  it('can not be made with a key that is taken', async () => {
    expectProblem(await make(newInfobip('infobip')), 409, 'integration_exists');
    expect((await list()).filter(({ key }) => key === 'infobip')).toHaveLength(1);
  });

  it.each<[string, Readonly<Record<string, unknown>>, readonly string[]]>([
    ['of a provider that there is none of', { provider: 'carrier-pigeon' }, ['/provider']],
    ['without credentials', { credentials: undefined }, ['/credentials']],
    [
      'with credentials of another provider',
      { credentials: { apiToken: 'x' } },
      ['/credentials/apiKey', '/credentials/apiToken'],
    ],
    [
      'whose credentials would go over the net in the clear',
      { baseUrl: 'http://api.infobip.com' },
      ['/baseUrl'],
    ],
    ['with a user in its address', { baseUrl: 'https://me:pass@api.infobip.com' }, ['/baseUrl']],
    ['with an address that is none', { baseUrl: 'infobip' }, ['/baseUrl']],
    ['with a short secret', { webhook: { auth: 'token', secret: 'short' } }, ['/webhook/secret']],
    [
      'with basic authentication and no user name',
      { webhook: { auth: 'basic', secret: 'x'.repeat(16) } },
      ['/webhook/username'],
    ],
    [
      'with a signature that the vendor does not make',
      { webhook: { auth: 'sinch', secret: 'x'.repeat(16) } },
      ['/webhook/auth'],
    ],
    ['with more messages a call than the provider takes', { messagesPerCall: 101 }, ['/messagesPerCall']],
    ['that says that its ids are verified', { idempotentIds: 'verified' }, ['/idempotentIds']],
    ['with a key in capitals', { key: 'Infobip' }, ['/key']],
  ])('can not be made %s', async (_what, more, pointers) => {
    const problem = expectProblem(await make(newInfobip('bad', more)), 422, 'bad_body');
    expect(
      entriesOf(problem)
        .map(([pointer]) => pointer)
        .sort(),
    ).toEqual(pointers);
    expect((await list()).map(({ key }) => key)).not.toContain('bad');
  });

  it('of another project can not be read, changed, checked or removed', async () => {
    const other = await otherProject(stack);
    const { body } = await other.call<IntegrationView>('POST', '/v1/integrations', newInfobip('infobip'));
    const path = `/v1/integrations/${body.id}`;
    expectProblem(await stack.api.call('GET', path), 404, 'not_found');
    expectProblem(await stack.api.call('PATCH', path, { messagesPerCall: 2 }), 404, 'not_found');
    expectProblem(await stack.api.call('POST', `${path}/check`), 404, 'not_found');
    expectProblem(await stack.api.call('DELETE', path), 404, 'not_found');
    expectProblem(await stack.api.call('GET', '/v1/integrations/infobip'), 404, 'not_found');
  });
});

describe('a change of an integration', () => {
  it('keeps what it does not name, and has another tag', async () => {
    const made = await make(newInfobip('changing', { messagesPerCall: 20 }));
    const path = `/v1/integrations/${made.body.id}`;
    const etag = String(made.headers['etag']);
    const changed = await stack.api.call<IntegrationView>(
      'PATCH',
      path,
      {
        baseUrl: 'https://abc.api.infobip.com/',
        credentials: { apiKey: 'of the other host' },
        webhook: { auth: 'basic', username: 'me' },
      },
      { 'if-match': etag },
    );
    expect(changed.status).toBe(200);
    expect(changed.body).toMatchObject({
      ...{ baseUrl: 'https://abc.api.infobip.com', webhook: { auth: 'basic', username: 'me' } },
      ...{ messagesPerCall: 20, settings: {}, credentialsKeyId: 'test' },
    });
    expectProblem(
      await stack.api.call('PATCH', path, { messagesPerCall: 1 }, { 'if-match': etag }),
      412,
      'precondition_failed',
    );
  });

  it('sends stored credentials to no other host', async () => {
    const made = await make(newInfobip('guarded'));
    const path = `/v1/integrations/${made.body.id}`;
    for (const baseUrl of [
      'https://evil.example.com',
      'https://xyz.api.infobip.com:8443',
      'http://127.0.0.1:1',
    ]) {
      const problem = expectProblem(await stack.api.call('PATCH', path, { baseUrl }), 422, 'bad_body');
      expect(entriesOf(problem).map(([pointer]) => pointer)).toEqual(['/credentials/apiKey']);
    }
    const same = { baseUrl: 'https://xyz.api.infobip.com/path' };
    expect((await stack.api.call('PATCH', path, same)).status).toBe(200);
  });

  it('that would make it unusable changes nothing', async () => {
    const made = await make(newInfobip('steady'));
    const path = `/v1/integrations/${made.body.id}`;
    for (const change of [
      { messagesPerCall: 101 },
      { credentials: { apiToken: 'x' } },
      { settings: { a: 1 } },
      { webhook: { auth: 'x' } },
      { provider: 'sinch-sms' },
    ])
      expectProblem(await stack.api.call('PATCH', path, change), 422, 'bad_body');
    expect((await stack.api.call('GET', path)).body).toEqual(made.body);
  });

  it('to another account forgets what was found out about the old one, and one of the same account does not', async () => {
    const { body } = await make(newInfobip('proven'));
    const path = `/v1/integrations/${body.id}`;
    await stack.database.pool.query(`UPDATE integration SET idempotent_ids = 'verified' WHERE id = $1`, [
      body.id,
    ]);
    const patch = async (change: object): Promise<string> =>
      (await stack.api.call<IntegrationView>('PATCH', path, change)).body.idempotentIds;
    expect(await patch({ messagesPerCall: 5, credentials: {}, webhook: { auth: 'token' } })).toBe('verified');
    expect(await patch({ credentials: { apiKey: 'of another account' } })).toBe('assumed');
  });
});

describe('an integration that is removed', () => {
  it('is refused while senders send through it, and gives them to its replacement', async () => {
    const infobip = (await list()).find(({ key }) => key === 'infobip');
    const path = `/v1/integrations/${infobip?.id ?? ''}`;
    const used = expectProblem(await stack.api.call('DELETE', path), 409, 'integration_in_use');
    expect(used.detail).toMatch(/default/);
    const sms = (await make(newSinchSms('sms-only'))).body;
    const unable = expectProblem(
      await stack.api.call('DELETE', `${path}?replacement=${sms.id}`),
      400,
      'bad_query',
    );
    expect(unable.detail).toMatch(/can't send MMS/);
    for (const nobody of [infobip?.id, '00000000-0000-4000-8000-000000000000', 'infobip'])
      expectProblem(await stack.api.call('DELETE', `${path}?replacement=${nobody ?? ''}`), 400, 'bad_query');

    const next = (await make(newInfobip('next'))).body;
    expect((await stack.api.call('DELETE', `${path}?replacement=${next.id}`)).status).toBe(204);
    expectProblem(await stack.api.call('GET', path), 404, 'not_found');
    expect((await list()).find(({ key }) => key === 'next')?.senders).toEqual(['default']);
    expect((await make(newInfobip('infobip'))).status).toBe(201);
  });
});
