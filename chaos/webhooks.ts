import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { addressToken } from '../providers/webhook-auth.ts';
import type { Rig } from './rig.ts';

const secretsSchema = z.object({ webhookSecret: z.string() });

/** Where the engine takes delivery reports of MMS. */
export async function reportPath(rig: Rig): Promise<string> {
  const { webhookSecret } = secretsSchema.parse(
    JSON.parse(await readFile(path.join(rig.home, 'secrets.json'), 'utf8')),
  );
  const rows = await rig.query<{ id: string }>('SELECT id FROM integration');
  const id = rows[0]?.id ?? '';
  return `/webhooks/${id}/reports/mms/${addressToken(webhookSecret, id)}`;
}

/** A report of a delivery, as Infobip posts it. */
export function deliveredReport(messageId: string): object {
  const stamp = new Date().toISOString().replace('Z', '+0000');
  return {
    results: [
      {
        messageId,
        to: '12125550200',
        sentAt: stamp,
        doneAt: stamp,
        messageCount: 1,
        status: { groupId: 3, groupName: 'DELIVERED', id: 5, name: 'DELIVERED_TO_HANDSET' },
        error: { groupId: 0, groupName: 'OK', id: 0, name: 'NO_ERROR', permanent: false },
      },
    ],
  };
}

/** Posts what nobody should: forged, far too large, broken. @returns statuses that were not a refusal */
export async function postNonsense(rig: Rig): Promise<readonly number[]> {
  const right = await reportPath(rig);
  const forged = right.replace(/[^/]+$/, 'forged');
  const posts: [path: string, body: string | Buffer][] = [
    [forged, JSON.stringify(deliveredReport('20261100-0000-8000-a000-000000000000'))],
    [right, Buffer.alloc(10 * 1_048_576, 0x20)],
    [right, '{"results": ['],
  ];
  const statuses: number[] = [];
  for (const [address, body] of posts) {
    // A server may close the connection on a body that is far too large; that refuses it as well.
    const answer = await rig.client.once('POST', address, body).catch(() => ({ status: 0 }));
    if (answer.status >= 200 && answer.status < 300) statuses.push(answer.status);
  }
  return statuses;
}
