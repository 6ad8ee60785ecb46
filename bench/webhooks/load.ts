import { setTimeout as pause } from 'node:timers/promises';
import type { WebhookAnswer, WebhookJob } from './job.ts';
import { WebhookConnection } from './connection.ts';

/** The process that posts webhooks: one receipt each, at a steady rate whether they are answered or not. */
const TICK_MS = 2;

async function run(job: WebhookJob): Promise<WebhookAnswer> {
  const { host, port, path, perSecond, seconds, connections } = job;
  const total = perSecond * seconds;
  const idle = await Promise.all(
    Array.from({ length: connections }, () => WebhookConnection.open(host, port)),
  );
  const all = [...idle];
  const latencies: number[] = [];
  let refused = 0;
  let next = 0;
  let answered = 0;
  const start = performance.now();
  const dueAt = (index: number): number => start + (index * 1_000) / perSecond;
  const post = async (connection: WebhookConnection, index: number): Promise<void> => {
    const status = await connection.post(path, `${host}:${port}`, receiptBody(job, index));
    answered += 1;
    if (status === 200) latencies.push(performance.now() - dueAt(index));
    else refused += 1;
    // A broken one has no answers any more.
    if (status !== 0) idle.push(connection);
    sendDue();
  };
  const sendDue = (): void => {
    const now = performance.now();
    while (next < total && dueAt(next) <= now) {
      // In turn: one that is left alone for seconds is closed by the server.
      const connection = idle.shift();
      if (!connection) return;
      void post(connection, next);
      next += 1;
    }
  };
  while (answered < total) {
    sendDue();
    await pause(TICK_MS);
  }
  const elapsed = (performance.now() - start) / 1_000;
  for (const connection of all) connection.close();
  latencies.sort((a, b) => a - b);
  const at = (share: number): number =>
    Math.round((latencies[Math.floor(share * latencies.length)] ?? 0) * 10) / 10;
  return {
    acknowledged: latencies.length,
    refused,
    seconds: Math.round(elapsed * 1_000) / 1_000,
    ack_p50_ms: at(0.5),
    ack_p95_ms: at(0.95),
    ack_p99_ms: at(0.99),
  };
}

/** Each is another report: it was made a millisecond later than the one before. */
function receiptBody({ messageIds }: WebhookJob, index: number): string {
  const at = new Date(Date.now() - 3_600_000 + index).toISOString().replace('Z', '+0000');
  return JSON.stringify({
    results: [
      {
        messageId: messageIds[index % messageIds.length],
        to: '12125550200',
        messageCount: 1,
        sentAt: at,
        doneAt: at,
        status: { groupId: 3, groupName: 'DELIVERED', id: 5, name: 'DELIVERED_TO_HANDSET' },
        error: { groupId: 0, groupName: 'OK', id: 0, name: 'NO_ERROR', permanent: false },
      },
    ],
  });
}

process.on('message', (job: WebhookJob) => {
  run(job).then(
    (answer) => process.send?.(answer),
    (error: unknown) => {
      process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
      process.exit(1);
    },
  );
});
process.send?.('ready');
