import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { HttpClient } from '../../providers/http-client.ts';
import { SUBMIT_PATH, submitBody } from '../../providers/infobip/requests.ts';
import type { OutboundMessage } from '../../providers/provider.ts';
import { benchNumber, BENCH_MEDIA, BENCH_TEXT } from '../engine/audience.ts';
import type { BareAnswer, BareJob } from './job.ts';

/** The process of the bare loop: calls and callbacks, no database and no Temporal. */
const CALL_MS = 10_000;

/** Counts the delivery reports that are posted to it. */
class Callbacks {
  readonly server: Server;
  private count = 0;
  private lastAt = 0;
  private wanted = Infinity;
  private resolve: (lastAt: number) => void = () => undefined;

  constructor() {
    this.server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const { results } = JSON.parse(Buffer.concat(chunks).toString('utf8')) as { results: unknown[] };
        response.writeHead(200).end(() => this.add(results.length));
      });
    });
  }

  /** Resolves with the instant at which the last of so many was answered. */
  all(wanted: number): Promise<number> {
    return new Promise((resolve) => {
      this.wanted = wanted;
      this.resolve = resolve;
      this.add(0);
    });
  }

  private add(results: number): void {
    this.count += results;
    if (results > 0) this.lastAt = Date.now();
    if (this.count >= this.wanted) this.resolve(this.lastAt);
  }
}

async function run(job: BareJob): Promise<BareAnswer> {
  const callbacks = new Callbacks();
  callbacks.server.listen(0, '127.0.0.1');
  await once(callbacks.server, 'listening');
  const address = callbacks.server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const http = new HttpClient(job.baseUrl);
  const headers = {
    authorization: `App ${job.apiKey}`,
    accept: 'application/json',
    'content-type': 'application/json',
  };
  // As the engine's: one address for all reports of an integration, so that the simulator gathers them.
  const reportUrl = `http://127.0.0.1:${port}/webhooks/${randomUUID()}/reports/mms/${'t'.repeat(43)}`;
  let next = 0;
  let refused = 0;
  const lane = async (): Promise<void> => {
    while (next < job.messages) {
      const count = Math.min(job.messagesPerCall, job.messages - next);
      const messages = Array.from({ length: count }, (_, i) => messageOf(next + i, reportUrl));
      next += count;
      const answer = await http.request(
        { method: 'POST', path: SUBMIT_PATH.mms, headers, body: submitBody(messages) },
        { startBy: Infinity, deadline: AbortSignal.timeout(CALL_MS) },
      );
      const { messages: entries } = JSON.parse(answer.body) as { messages?: unknown[] };
      refused += count - (entries?.length ?? 0);
    }
  };
  const firstCallAt = Date.now();
  await Promise.all(Array.from({ length: job.calls }, lane));
  const lastCallbackAt = await callbacks.all(job.messages - refused);
  await http.close();
  callbacks.server.closeAllConnections();
  callbacks.server.close();
  return { firstCallAt, lastCallbackAt, refused };
}

/** A message as the engine sends it. */
function messageOf(index: number, reportUrl: string): OutboundMessage {
  return {
    id: randomUUID(),
    channel: 'mms',
    to: benchNumber(index),
    sender: '12065550100',
    content: { text: BENCH_TEXT, subject: 'Summer sale', media: [BENCH_MEDIA] },
    validityMs: 86_400_000,
    reportUrl,
  };
}

process.on('message', (job: BareJob) => {
  run(job).then(
    (answer) => process.send?.(answer),
    (error: unknown) => {
      process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
      process.exit(1);
    },
  );
});
process.send?.('ready');
