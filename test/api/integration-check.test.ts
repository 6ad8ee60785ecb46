import { newInfobip, newSinchSms, type CheckView, type IntegrationView } from '../support/integrations.ts';
import { entriesOf, expectProblem } from '../support/problem.ts';
import { RecordingServer } from '../support/recording-server.ts';
import { API_TOKEN, RunningSinchSms, SERVICE_PLAN } from '../support/sinch-sms.ts';
import { freePort } from '../support/temporal-server.ts';
import { TestStack } from '../support/test-stack.ts';

let stack: TestStack;
let sinch: RunningSinchSms;

beforeAll(async () => {
  stack = await TestStack.start({ engine: false });
  sinch = await RunningSinchSms.start();
});
afterAll(async () => {
  await stack.stop();
  await sinch.stop();
});

let made = 0;
async function check(body: Record<string, unknown>): Promise<CheckView> {
  made += 1;
  const integration = await stack.api.call<IntegrationView>('POST', '/v1/integrations', {
    ...body,
    key: `made-${made}`,
  });
  expect(integration.status).toBe(201);
  const answer = await stack.api.call<CheckView>('POST', `/v1/integrations/${integration.body.id}/check`);
  expect(answer.status).toBe(200);
  return answer.body;
}

/** What it says of the account. */
async function said(body: Record<string, unknown>): Promise<string> {
  const { ok, checks } = await check(body);
  expect(ok).toBe(false);
  return checks.find((one) => !one.ok)?.says ?? '';
}

describe('the check of an integration', () => {
  it('finds nothing wrong with an account that answers, sends nothing, and names the address of its reports', async () => {
    const infobip = await check(
      newInfobip('', { baseUrl: stack.simulatorUrl, credentials: { apiKey: 'simulated' } }),
    );
    expect(infobip).toMatchObject({ ok: true });
    expect(infobip.checks.map(({ what }) => what)).toEqual([
      'The account answers for MMS',
      'The account answers for SMS',
      'Delivery reports can come back',
    ]);
    expect(
      infobip.webhooks.map(({ what, url }) => [
        what,
        new URL(url).pathname.split('/').slice(3, -1).join('/'),
      ]),
    ).toEqual([
      ['Delivery reports of MMS', 'reports/mms'],
      ['Delivery reports of SMS', 'reports/sms'],
      ['Inbound messages', 'inbound'],
    ]);
    expect(infobip.webhooks.map(({ inbound, register }) => [inbound, register.split(' ')[0]])).toEqual([
      [false, 'Every'],
      [false, 'Every'],
      [true, 'Register'],
    ]);
    expect(stack.simulator.ledger.rows).toEqual([]);
    const settings = { servicePlanId: SERVICE_PLAN };
    const own = await check(
      newSinchSms('', { baseUrl: sinch.url, settings, credentials: { apiToken: API_TOKEN } }),
    );
    expect(own).toMatchObject({
      ok: true,
      webhooks: [{ what: 'Delivery reports' }, { what: 'Inbound messages' }],
    });
    expect(sinch.rows).toEqual([]);
  });

  it('sends nothing unless it is told to whom, and takes no other settings', async () => {
    const body = newInfobip('silent', { baseUrl: stack.simulatorUrl, credentials: { apiKey: 'simulated' } });
    const { id } = (await stack.api.call<IntegrationView>('POST', '/v1/integrations', body)).body;
    const path = `/v1/integrations/${id}/check`;
    const given = { probe: true };
    const problem = expectProblem(await stack.api.call('POST', path, given), 422, 'bad_body');
    expect(entriesOf(problem)).toEqual([['/probe', 'unknown_field']]);
    expect(problem.detail).toMatch(/without them it sends no message/);
    expectProblem(await stack.api.call('POST', path, ['x']), 422, 'bad_body');
    expect((await stack.api.call('POST', path, {})).status).toBe(200);
    expect(stack.simulator.ledger.rows).toEqual([]);
  });

  it('says that credentials are refused, with the words of the provider', async () => {
    expect(await said(newInfobip('', { baseUrl: stack.simulatorUrl }))).toMatch(
      /^The API key is refused\..*HTTP 401/,
    );
    const wrong = newSinchSms('', {
      baseUrl: sinch.url,
      settings: { servicePlanId: SERVICE_PLAN },
      credentials: { apiToken: 'x' },
    });
    expect(await said(wrong)).toMatch(/^The API token is refused for this service plan\./);
  });

  it('says that there is no such service plan', async () => {
    const wrong = newSinchSms('', {
      baseUrl: sinch.url,
      settings: { servicePlanId: 'another' },
      credentials: { apiToken: API_TOKEN },
    });
    expect(await said(wrong)).toMatch(/^There is no such service plan in this region\./);
  });

  it('says that nobody listens at the address, or somebody else does', async () => {
    expect(await said(newInfobip('', { baseUrl: `http://127.0.0.1:${await freePort()}` }))).toMatch(
      /Nobody listens there/,
    );
    const other = await RecordingServer.start();
    expect(await said(newInfobip('', { baseUrl: other.url }))).toMatch(/not as this provider does|base URL/);
    await other.stop();
  });

  it('says that an account outside of this machine can not report to this machine alone', async () => {
    await stack.database.pool.query(
      `UPDATE integration SET base_url = 'https://127.0.0.1.nip.invalid' WHERE key = 'infobip'`,
    );
    const { rows } = await stack.database.pool.query<{ id: string }>(
      `SELECT id FROM integration WHERE key = 'infobip'`,
    );
    const { body } = await stack.api.call<CheckView>('POST', `/v1/integrations/${rows[0]?.id ?? ''}/check`);
    expect(body.checks.at(-1)).toMatchObject({
      ok: false,
      says: expect.stringMatching(/PUBLIC_URL/) as string,
    });
  });
});
