import { setTimeout as pause } from 'node:timers/promises';
import { addressToken } from '../../providers/webhook-auth.ts';
import { stackSecrets } from '../../stack/secrets.ts';
import { Child } from '../child.ts';
import { ProcessWatch, type ProcessUse } from '../processes.ts';
import { foreignVariables, type BenchStack } from '../stack.ts';
import type { WebhookAnswer, WebhookJob } from './job.ts';

const PER_SECOND = 5_000;
const SECONDS = 15;
const WARM_UP_SECONDS = 2;
const CONNECTIONS = 200;
const MESSAGES = 10_000;

export interface WebhookFigures extends WebhookAnswer {
  readonly offered_per_second: number;
  readonly acknowledged_per_second: number;
  readonly connections: number;
  /** From the last answer until the pump had folded all of them. */
  readonly fold_tail_seconds: number;
  readonly processes: Readonly<Record<string, ProcessUse>>;
}

/** Posts receipts of messages that were delivered before, while the pump folds them. */
export async function runWebhooks(stack: BenchStack): Promise<WebhookFigures> {
  const job = await webhookJob(stack);
  const load = new Child('bench/webhooks/load.ts', foreignVariables());
  try {
    await load.message();
    await load.ask<WebhookAnswer>({ ...job, seconds: WARM_UP_SECONDS } satisfies WebhookJob);
    await untilFolded(stack);
    const watch = new ProcessWatch({ ...stack.pids, load: load.pid });
    await watch.start();
    const before = await countReceipts(stack);
    const answer = await load.ask<WebhookAnswer>(job);
    const processes = await watch.read();
    const tail = await untilFolded(stack);
    const stored = (await countReceipts(stack)) - before;
    if (stored < answer.acknowledged)
      throw new Error(`Of ${answer.acknowledged} receipts that were acknowledged only ${stored} are stored.`);
    return {
      ...answer,
      offered_per_second: PER_SECOND,
      acknowledged_per_second: Math.round(answer.acknowledged / answer.seconds),
      connections: CONNECTIONS,
      fold_tail_seconds: tail,
      processes,
    };
  } finally {
    await load.stop();
  }
}

async function webhookJob({ pool, access, home }: BenchStack): Promise<WebhookJob> {
  const { rows } = await pool.query<{ id: string; integration_id: string }>(
    `SELECT id, integration_id FROM message WHERE state = 'delivered' LIMIT $1`,
    [MESSAGES],
  );
  const integrationId = rows[0]?.integration_id ?? '';
  const { webhookSecret } = await stackSecrets(home);
  const { hostname, port } = new URL(access.api);
  return {
    host: hostname,
    port: Number(port),
    path: `/webhooks/${integrationId}/reports/mms/${addressToken(webhookSecret, integrationId)}`,
    messageIds: rows.map((row) => row.id),
    perSecond: PER_SECOND,
    seconds: SECONDS,
    connections: CONNECTIONS,
  };
}

async function countReceipts({ pool }: BenchStack): Promise<number> {
  const { rows } = await pool.query<{ count: string }>('SELECT count(*) FROM receipt');
  return Number(rows[0]?.count);
}

/** @returns how long it took until no receipt was left to fold, in seconds */
async function untilFolded({ pool }: BenchStack): Promise<number> {
  const start = performance.now();
  for (;;) {
    const { rowCount } = await pool.query('SELECT FROM receipt WHERE fold_at IS NOT NULL LIMIT 1');
    if (rowCount === 0) return Math.round((performance.now() - start) / 10) / 100;
    await pause(100);
  }
}
