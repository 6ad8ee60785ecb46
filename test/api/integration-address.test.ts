import { isPublicHost } from '../../api/integrations/assert-public-base-url.ts';
import { newInfobip, type IntegrationView } from '../support/integrations.ts';
import { entriesOf, expectProblem } from '../support/problem.ts';
import { TestStack } from '../support/test-stack.ts';

const SECRET = { credentials: { apiKey: 'another' } };

let stack: TestStack;

beforeAll(async () => {
  stack = await TestStack.start({ engine: false, mode: 'allow-list' });
});
afterAll(() => stack.stop());

describe('an integration of a project that is not in mode simulator', () => {
  it.each([
    ['this machine', 'http://127.0.0.1:9000'],
    ['this machine by its name', 'http://localhost:9000'],
    ['a private network', 'https://10.1.2.3'],
    ['a service of the cloud', 'https://169.254.169.254'],
    ['a private network of IPv6', 'https://[fd00::1]'],
    ['a host of the own network', 'https://infobip.internal'],
    ['a host without a domain', 'https://postgres'],
  ])('is not made, nor changed, to call %s', async (_what, baseUrl) => {
    const refused = await stack.api.call('POST', '/v1/integrations', newInfobip('private', { baseUrl }));
    expect(entriesOf(expectProblem(refused, 422, 'bad_body'))).toEqual([['/baseUrl', 'private_address']]);
    const made = await stack.api.call<IntegrationView>('POST', '/v1/integrations', newInfobip('public'));
    const path = `/v1/integrations/${made.body.id}`;
    const changed = await stack.api.call('PATCH', path, { baseUrl, ...SECRET });
    expect(entriesOf(expectProblem(changed, 422, 'bad_body'))).toEqual([['/baseUrl', 'private_address']]);
    expect((await stack.api.call<IntegrationView>('GET', path)).body.baseUrl).toBe(made.body.baseUrl);
    await stack.api.call('DELETE', path);
  });

  it('keeps the address that the configuration has given it, whatever else is changed', async () => {
    const list = await stack.api.call<{ integrations: readonly IntegrationView[] }>(
      'GET',
      '/v1/integrations',
    );
    const id = list.body.integrations.find(({ key }) => key === 'infobip')?.id ?? '';
    for (const change of [{ messagesPerCall: 3 }, { baseUrl: stack.simulatorUrl, ...SECRET }])
      expect((await stack.api.call('PATCH', `/v1/integrations/${id}`, change)).status).toBe(200);
  });

  it.each([
    ['xyz.api.infobip.com', true],
    ['52.1.2.3', true],
    ['api.local.example.com', true],
    ['192.168.1.1', false],
    ['[::ffff:127.0.0.1]', false],
    ['localhost.', false],
  ])('may be at %s: %s', (host, expected) => {
    expect(isPublicHost(host)).toBe(expected);
  });
});
