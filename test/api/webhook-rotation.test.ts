import { createHmac } from 'node:crypto';
import { addressToken } from '../../providers/webhook-auth.ts';
import { newInfobip, type IntegrationView } from '../support/integrations.ts';
import { TestStack } from '../support/test-stack.ts';
import { inbox, post, report } from '../support/webhooks.ts';

let stack: TestStack;

beforeAll(async () => {
  stack = await TestStack.start({ engine: false });
});
afterAll(() => stack.stop());

const [OLD, NEW] = ['the old secret of webhooks', 'the new secret of webhooks'];
const of = (...ids: readonly string[]): object => ({ results: ids.map((id) => report(id)) });

async function integration(key: string): Promise<string> {
  const body = newInfobip(key, { baseUrl: stack.simulatorUrl, webhook: { auth: 'token', secret: OLD } });
  return (await stack.api.call<IntegrationView>('POST', '/v1/integrations', body)).body.id;
}

const change = (id: string, webhook: object): Promise<{ status: number }> =>
  stack.api.call('PATCH', `/v1/integrations/${id}`, { webhook });

describe('webhooks of an integration whose secret is changed', () => {
  it('are taken by the new secret from the next one on, and by the old one for as long as reports may be under way', async () => {
    const id = await integration('rotated');
    const at = (secret: string): string =>
      `${stack.api.url}/webhooks/${id}/reports/sms/${addressToken(secret, id)}`;
    expect(await post(at(OLD), of('first'))).toBe(200);
    expect(await post(at(NEW), of('forged'))).toBe(401);
    expect((await change(id, { auth: 'token', secret: NEW })).status).toBe(200);
    expect(await post(at(NEW), of('second'))).toBe(200);
    expect(await post(at(OLD), of('late'))).toBe(200);
    expect(Object.keys(await inbox(stack)).sort()).toEqual(['first', 'late', 'second']);
    expect((await change(id, { auth: 'token', secret: 'a third secret of webhooks' })).status).toBe(200);
    expect(await post(at(OLD), of('very-late'))).toBe(200);
    expect(await post(at(NEW), of('late-again'))).toBe(200);
  });

  it('are taken by the new secret alone where somebody says that the old one has leaked', async () => {
    const id = await integration('leaked');
    const at = `${stack.api.url}/webhooks/${id}/reports/sms/${addressToken(OLD, id)}`;
    expect(await post(at, of('in-time'))).toBe(200);
    const body = { webhook: { auth: 'token', secret: NEW }, forgetFormerWebhooks: true };
    expect((await stack.api.call('PATCH', `/v1/integrations/${id}`, body)).status).toBe(200);
    await expect(eventually401(at)).resolves.toBe(401);
  });

  it('are taken in the old way after another way was chosen', async () => {
    const id = await integration('signed');
    const body = JSON.stringify(of('signed'));
    const signature = createHmac('sha256', NEW).update(body).digest('hex');
    const url = `${stack.api.url}/webhooks/${id}/reports/sms`;
    expect(await post(url, body, { 'x-signature': signature })).toBe(401);
    await change(id, { auth: 'hmac', secret: NEW });
    expect(await post(url, body, { 'x-signature': signature })).toBe(200);
    expect(await post(`${url}/${addressToken(OLD, id)}`, of('by-token'))).toBe(200);
  });

  it('are not taken by the secret of another integration', async () => {
    const [one, other] = [await integration('one'), await integration('other')];
    await change(other, { auth: 'token', secret: NEW });
    const url = `${stack.api.url}/webhooks/${one}/reports/sms`;
    expect(await post(`${url}/${addressToken(NEW, other)}`, of('x'))).toBe(401);
    expect(await post(`${url}/${addressToken(OLD, other)}`, of('x'))).toBe(401);
  });
});

/** A row is believed for a second: what was good in it stays so for as long. */
async function eventually401(url: string): Promise<number> {
  const until = performance.now() + 5_000;
  for (;;) {
    const status = await post(url, of('again'));
    if (status === 401 || performance.now() > until) return status;
  }
}
