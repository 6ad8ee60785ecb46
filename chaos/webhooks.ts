import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import type { Queryable } from '../database/pool.ts';
import { addressToken } from '../providers/webhook-auth.ts';
import type { Client } from './client.ts';
import { until } from './patience.ts';
import type { Rig } from './rig.ts';

const secretsSchema = z.object({ webhookSecret: z.string() });

/** Where the engine takes the vendor's delivery reports of MMS. */
export async function reportPath(rig: Rig): Promise<string> {
  const { webhookSecret } = secretsSchema.parse(
    JSON.parse(await readFile(path.join(rig.home, 'secrets.json'), 'utf8')),
  );
  const { integration, path: middle } = rig.vendor.reports;
  const rows = await rig.query<{ id: string }>('SELECT id FROM integration WHERE key = $1', [integration]);
  const id = rows[0]?.id ?? '';
  return `/webhooks/${id}/${middle}/${addressToken(webhookSecret, id)}`;
}

/** What forged reports tell of; no other report does. */
export const FORGED_ID = '20261100-0000-8000-a000-f0f0f0f0f0f0';
/** How long an answer is waited for, whatever is dead at the moment. */
const ANSWER_MS = 60_000;
/** What a post meets whose server closes the connection before it has read it. */
const CLOSED: readonly unknown[] = ['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET'];

/** What came of posts that nobody should take; those without any answer in time are in neither. */
export interface NonsensePosts {
  readonly refused: number;
  readonly taken: number;
}

/** Posts what nobody should: forged, far too large, broken, each until it is answered by a process that lives. */
export async function postNonsense(
  client: Pick<Client, 'once'>,
  { right, report }: { readonly right: string; readonly report: (messageId: string) => object },
  patienceMs = ANSWER_MS,
): Promise<NonsensePosts> {
  const forged = right.replace(/[^/]+$/, 'forged');
  const posts = [
    { address: forged, body: JSON.stringify(report(FORGED_ID)), mayBeCutOff: false },
    { address: right, body: Buffer.alloc(10 * 1_048_576, 0x20), mayBeCutOff: true },
    { address: right, body: '{"results": [', mayBeCutOff: false },
  ];
  let [refused, taken] = [0, 0];
  for (const { address, body, mayBeCutOff } of posts) {
    const isRefused = await until(
      'an answer to a webhook',
      async () => {
        try {
          const { status } = await client.once('POST', address, body);
          return status >= 500 ? undefined : status >= 400;
        } catch (error) {
          // Only a body that is far too large is refused by cutting it off; otherwise the process has died.
          return mayBeCutOff && isCutOff(error) ? true : undefined;
        }
      },
      patienceMs,
    ).catch(() => undefined);
    if (isRefused === true) refused += 1;
    if (isRefused === false) taken += 1;
  }
  return { refused, taken };
}

function isCutOff(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && CLOSED.includes(error.code);
}

/** Forged reports that stand in the inbox, however they were answered. */
export async function countForged(database: Queryable): Promise<number> {
  const { rows } = await database.query<{ count: string }>(
    'SELECT count(*) FROM receipt WHERE message_id = $1',
    [FORGED_ID],
  );
  return Number(rows[0]?.count ?? Number.NaN);
}
