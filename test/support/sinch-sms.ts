import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { WebhookAuth } from '../../domain/webhook-auth.ts';
import type { OutboundMessage } from '../../providers/provider.ts';
import { SinchSmsProvider } from '../../providers/sinch-sms/provider.ts';
import type { LedgerRow } from '../../simulators/ledger.ts';
import {
  createSinchSmsSimulator,
  type SinchSmsSimulator,
  type SinchSmsSimulatorOptions,
} from '../../simulators/sinch-sms/server.ts';
import { outbound } from './infobip.ts';
import { urlOf } from './recording-server.ts';
import { memoryOfSavedContent } from './saved-content.ts';

export const SERVICE_PLAN = 'plan-1';
export const API_TOKEN = 'simulated-token';

/** A simulator of Sinch's SMS API of its own. */
export class RunningSinchSms {
  readonly url: string;
  /** Every request that has come in, `POST /xms/v1/plan-1/batches` and so on. */
  readonly calls: string[] = [];
  private readonly simulator: SinchSmsSimulator;
  private readonly folder: string;

  private constructor(simulator: SinchSmsSimulator, folder: string) {
    this.simulator = simulator;
    this.url = urlOf(simulator.server);
    this.folder = folder;
    simulator.server.on('request', ({ method, url }) => this.calls.push(`${method ?? ''} ${url ?? ''}`));
  }

  static async start(options: Partial<SinchSmsSimulatorOptions> = {}): Promise<RunningSinchSms> {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'tidings-simulator-'));
    const simulator = createSinchSmsSimulator({
      servicePlanId: SERVICE_PLAN,
      apiToken: API_TOKEN,
      ledgerPath: path.join(folder, 'ledger.jsonl'),
      reportDelayMs: 50,
      ...options,
    });
    simulator.server.listen(0, '127.0.0.1');
    await once(simulator.server, 'listening');
    return new RunningSinchSms(simulator, folder);
  }

  get rows(): readonly LedgerRow[] {
    return this.simulator.ledger.rows;
  }

  /** References that were accepted, in order. */
  accepted(): readonly string[] {
    return this.rows.flatMap((row) => (row.kind === 'accepted' ? [row.id] : []));
  }

  async stop(): Promise<void> {
    await this.simulator.close();
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** An adapter for a server. */
export function sinchSmsAt(
  baseUrl: string,
  webhookAuth: WebhookAuth = { kind: 'token', secret: 'a secret of sixteen' },
): SinchSmsProvider {
  return new SinchSmsProvider({
    integrationId: '5b8f8c1e-0000-4000-8000-000000000002',
    baseUrl,
    servicePlanId: SERVICE_PLAN,
    apiToken: API_TOKEN,
    publicUrl: 'https://tidings.example.com',
    webhooks: { auth: webhookAuth },
    savedContent: memoryOfSavedContent(),
  });
}

/** An SMS to a number. */
export function outboundSms(to: string, more: Partial<OutboundMessage> = {}): OutboundMessage {
  return outbound(to, { channel: 'sms', content: { subject: null, text: 'Hello', media: [] }, ...more });
}
