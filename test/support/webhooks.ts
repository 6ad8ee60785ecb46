import { request } from 'undici';
import { addressToken } from '../../providers/webhook-auth.ts';
import { WEBHOOK_SECRET } from './credentials.ts';
import type { TestStack } from './test-stack.ts';

/** The statuses of Infobip that tests post most. */
export const DELIVERED = { groupId: 3, groupName: 'DELIVERED', id: 5, name: 'DELIVERED_TO_HANDSET' };
export const UNDELIVERED = {
  groupId: 2,
  groupName: 'UNDELIVERABLE',
  id: 9,
  name: 'UNDELIVERABLE_NOT_DELIVERED',
};

/** Path at which a stack takes delivery reports. */
export async function reportPath(stack: TestStack, channel = 'mms'): Promise<string> {
  const { rows } = await stack.database.pool.query<{ id: string }>('SELECT id FROM integration');
  const id = rows[0]?.id ?? '';
  return `/webhooks/${id}/reports/${channel}/${addressToken(WEBHOOK_SECRET, id)}`;
}

/** One result as Infobip posts it. */
export function report(messageId: string, more: Readonly<Record<string, unknown>> = {}): object {
  return {
    bulkId: 'bulk-1',
    messageId,
    to: '12125550200',
    sentAt: infobipTime(Date.now() - 2_000),
    doneAt: infobipTime(Date.now() - 1_000),
    messageCount: 1,
    status: DELIVERED,
    error: { groupId: 0, groupName: 'OK', id: 0, name: 'NO_ERROR', permanent: false },
    ...more,
  };
}

/** An instant as Infobip writes it, with an offset that has no colon. */
export function infobipTime(instantMs: number): string {
  return new Date(instantMs).toISOString().replace('Z', '+0000');
}

/** Posts a webhook. @returns the status */
export async function post(
  url: string,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<number> {
  const answer = await request(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body),
  });
  await answer.body.dump();
  return answer.statusCode;
}

/** What is in the inbox, by message. */
export async function inbox(stack: TestStack): Promise<Readonly<Record<string, readonly string[]>>> {
  const { rows } = await stack.database.pool.query<{ message_id: string; states: string[] }>(
    'SELECT message_id, array_agg(state ORDER BY at) AS states FROM receipt GROUP BY 1',
  );
  return Object.fromEntries(rows.map((row) => [row.message_id, row.states]));
}
