import { randomUUID } from 'node:crypto';
import { eventually } from './eventually.ts';
import { newInfobip, type CheckView, type IntegrationView } from './integrations.ts';
import { callInfobip } from './infobip.ts';
import type { TestStack } from './test-stack.ts';
import { infobipTime, post } from './webhooks.ts';

/** Our sender in messages of tests. */
export const SENDER = '12065550100';

export interface InboundView {
  readonly id: string;
  readonly integration: string;
  readonly channel: string;
  readonly phone: string | null;
  readonly customerIds: readonly string[];
  readonly sender: string;
  readonly subject: string | null;
  readonly text: string | null;
  readonly textState: string | null;
  readonly media: readonly string[];
  readonly keyword: string | null;
  readonly providerKeyword: string | null;
  readonly erasedAt: string | null;
}

/** One result as Infobip posts it, in its format `MO_JSON_2`. */
export function inboundSms(
  from: string,
  text: string,
  more: Readonly<Record<string, unknown>> = {},
): Record<string, unknown> {
  return {
    messageId: randomUUID(),
    from: from.replace('+', ''),
    to: SENDER,
    text,
    cleanText: '',
    keyword: text.split(' ')[0]?.toUpperCase(),
    receivedAt: infobipTime(Date.now()),
    smsCount: 1,
    price: { pricePerMessage: 0, currency: 'USD' },
    ...more,
  };
}

/** Where an integration's inbound messages are to be posted, as its check says. */
export async function inboundUrlOf(stack: TestStack, integrationId: string): Promise<string> {
  const { body } = await stack.api.call<CheckView>('POST', `/v1/integrations/${integrationId}/check`);
  return body.webhooks.find(({ inbound }) => inbound)?.url ?? '';
}

/** The same of an integration of Infobip that is made for it. */
export async function newInboundUrl(stack: TestStack, key: string): Promise<string> {
  const body = newInfobip(key, { baseUrl: stack.simulatorUrl, credentials: { apiKey: 'simulated' } });
  const made = await stack.api.call<IntegrationView>('POST', '/v1/integrations', body);
  return inboundUrlOf(stack, made.body.id);
}

/** What the API lists of inbound messages. */
export async function listInbound(
  stack: TestStack,
  query: Readonly<Record<string, string>> = {},
): Promise<{ readonly messages: readonly InboundView[]; readonly next: string | null }> {
  const search = new URLSearchParams(query).toString();
  const answer = await stack.api.call<{ messages: readonly InboundView[]; next: string | null }>(
    'GET',
    `/v1/inbound?${search}`,
  );
  expect(answer.status).toBe(200);
  return answer.body;
}

/** Posts a text as Infobip does. @returns the status */
export function tell(url: string, ...results: readonly object[]): Promise<number> {
  return post(url, { results, messageCount: results.length, pendingMessageCount: 0 });
}

/** Has the stack's simulator post inbound messages to the stack, and somebody send one; resolves once it is taken. */
export async function sendThroughSimulator(stack: TestStack, message: object): Promise<void> {
  const { rows } = await stack.database.pool.query<{ id: string }>(
    `SELECT id FROM integration WHERE key = 'infobip'`,
  );
  const url = await inboundUrlOf(stack, rows[0]?.id ?? '');
  await fetch(`${stack.simulatorUrl}/_simulator/inbound-url`, {
    method: 'PUT',
    body: JSON.stringify({ url }),
  });
  const sent = await callInfobip(stack.simulatorUrl, 'POST', '/_simulator/inbound', message);
  const { id } = sent.body as { id: string };
  await eventually(async () => {
    const { body } = await callInfobip(stack.simulatorUrl, 'GET', '/_simulator/inbound');
    const { messages } = body as { messages: readonly { id: string; taken: boolean }[] };
    return messages.some((one) => one.id === id && one.taken) ? true : undefined;
  });
}
