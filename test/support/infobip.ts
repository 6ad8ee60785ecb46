import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { request } from 'undici';
import type { WebhookAuth } from '../../domain/webhook-auth.ts';
import { InfobipProvider } from '../../providers/infobip/provider.ts';
import type { OutboundMessage } from '../../providers/provider.ts';
import type { LedgerRow } from '../../simulators/ledger.ts';
import {
  createInfobipSimulator,
  type InfobipSimulator,
  type InfobipSimulatorOptions,
} from '../../simulators/infobip/server.ts';
import { urlOf } from './recording-server.ts';
import { memoryOfSavedContent } from './saved-content.ts';

export const API_KEY = 'simulated';

/** A simulator of its own, which can be stopped and started again with the same ledger. */
export class RunningSimulator {
  readonly simulator: InfobipSimulator;
  readonly url: string;
  readonly folder: string;
  /** Every request that has come in, `POST /mms/2/messages` and so on. */
  readonly calls: string[] = [];
  private readonly options: Partial<InfobipSimulatorOptions>;

  private constructor(
    simulator: InfobipSimulator,
    folder: string,
    options: Partial<InfobipSimulatorOptions>,
  ) {
    this.simulator = simulator;
    this.url = urlOf(simulator.server);
    this.folder = folder;
    this.options = options;
    simulator.server.on('request', ({ method, url }) => this.calls.push(`${method ?? ''} ${url ?? ''}`));
  }

  static async start(
    options: Partial<InfobipSimulatorOptions> = {},
    folder?: string,
  ): Promise<RunningSimulator> {
    const home = folder ?? (await mkdtemp(path.join(os.tmpdir(), 'tidings-simulator-')));
    const ledgerPath = path.join(home, 'ledger.jsonl');
    const simulator = createInfobipSimulator({ apiKey: API_KEY, ledgerPath, reportDelayMs: 50, ...options });
    simulator.server.listen(0, '127.0.0.1');
    await once(simulator.server, 'listening');
    return new RunningSimulator(simulator, home, options);
  }

  get ledgerPath(): string {
    return path.join(this.folder, 'ledger.jsonl');
  }

  get rows(): readonly LedgerRow[] {
    return this.simulator.ledger.rows;
  }

  /** Ids that were accepted, in order. */
  accepted(): readonly string[] {
    return this.rows.flatMap((row) => (row.kind === 'accepted' ? [row.id] : []));
  }

  /** Stops it and starts another one on what the first has left. */
  async restart(options: Partial<InfobipSimulatorOptions> = {}): Promise<RunningSimulator> {
    await this.simulator.close();
    return RunningSimulator.start({ ...this.options, ...options }, this.folder);
  }

  async stop(): Promise<void> {
    await this.simulator.close();
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** An adapter for a server. */
export function infobipAt(
  baseUrl: string,
  webhookAuth: WebhookAuth = { kind: 'token', secret: 'a secret of sixteen' },
): InfobipProvider {
  return new InfobipProvider({
    integrationId: '5b8f8c1e-0000-4000-8000-000000000001',
    baseUrl,
    apiKey: API_KEY,
    publicUrl: 'https://tidings.example.com',
    webhooks: { auth: webhookAuth },
    savedContent: memoryOfSavedContent(),
  });
}

/** A message to a number; an MMS unless told otherwise. */
export function outbound(to: string, more: Partial<OutboundMessage> = {}): OutboundMessage {
  return {
    id: randomUUID(),
    channel: 'mms',
    to,
    sender: '12065550100',
    content: { subject: 'Spring', text: 'Hello', media: [] },
    validityMs: 3_600_000,
    reportUrl: 'http://127.0.0.1:1/nobody',
    ...more,
  };
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: unknown;
}

/** One call, made as every client of Infobip makes it. */
export async function callInfobip(
  url: string,
  method: 'GET' | 'POST',
  pathAndQuery: string,
  body?: unknown,
  apiKey = API_KEY,
): Promise<Answer> {
  const answer = await request(url + pathAndQuery, {
    method,
    headers: { authorization: `App ${apiKey}`, 'content-type': 'application/json' },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await answer.body.text();
  return {
    status: answer.statusCode,
    headers: answer.headers,
    body: text === '' ? undefined : (JSON.parse(text) as unknown),
  };
}

/** A body that offers one message to each of the destinations. */
export function mmsBody(destinations: Readonly<Record<string, string>>, reportUrl?: string): object {
  return {
    messages: Object.entries(destinations).map(([messageId, to]) => ({
      sender: '12065550100',
      destinations: [{ to, messageId }],
      content: { messageSegments: [{ type: 'TEXT', text: 'Hello' }] },
      ...(reportUrl !== undefined && { webhooks: { delivery: { url: reportUrl, notify: true } } }),
    })),
  };
}

/** Status ids of the entries of an answer, by message. */
export function statusIds(answer: Answer): Readonly<Record<string, number>> {
  const { messages } = answer.body as { messages: { messageId: string; status: { id: number } }[] };
  return Object.fromEntries(messages.map(({ messageId, status }) => [messageId, status.id]));
}
