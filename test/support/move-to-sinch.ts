import { request } from 'undici';
import { newSinchSms, type CheckView, type IntegrationView } from './integrations.ts';
import { MMS_API_KEY, SERVICE_ID, type RunningSinchMms } from './sinch-mms.ts';
import { API_TOKEN, SERVICE_PLAN, type RunningSinchSms } from './sinch-sms.ts';
import type { TestStack } from './test-stack.ts';

/** From now on everything of a stack goes over Sinch. */
export async function moveToSinch(
  stack: TestStack,
  { sms, mms }: { readonly sms: RunningSinchSms; readonly mms: RunningSinchMms },
): Promise<void> {
  const bodies = [
    newSinchSms('sinch-sms', {
      baseUrl: sms.url,
      settings: { servicePlanId: SERVICE_PLAN },
      credentials: { apiToken: API_TOKEN },
    }),
    {
      ...newSinchSms('sinch-mms', { baseUrl: `${mms.url}/ep/v2` }),
      provider: 'sinch-mms',
      settings: { serviceId: SERVICE_ID },
      credentials: { apiKey: MMS_API_KEY },
    },
  ];
  const [bySms, byMms] = await Promise.all(
    bodies.map(async (body) => {
      const made = await stack.api.call<IntegrationView>('POST', '/v1/integrations', body);
      expect(made.status).toBe(201);
      return made.body.id;
    }),
  );
  const check = await stack.api.call<CheckView>('POST', `/v1/integrations/${byMms ?? ''}/check`);
  expect(check.body).toMatchObject({ ok: true });
  const [postbacks] = check.body.webhooks;
  const registered = await request(`${mms.url}/_simulator/postback-url`, {
    method: 'PUT',
    body: JSON.stringify({ url: postbacks?.url }),
  });
  expect(registered.statusCode).toBe(200);
  await stack.database.pool.query(
    'UPDATE sender_profile SET sms_integration_id = $1, mms_integration_id = $2',
    [bySms, byMms],
  );
}
