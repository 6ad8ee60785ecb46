import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { SinchMmsProvider } from '../../providers/sinch-mms/provider.ts';
import type { PersonalTexts } from '../../providers/sinch-mms/requests.ts';
import type { SavedContentStore } from '../../providers/saved-content.ts';
import type { LedgerRow } from '../../simulators/ledger.ts';
import {
  createSinchMmsSimulator,
  type SinchMmsSimulator,
  type SinchMmsSimulatorOptions,
} from '../../simulators/sinch-mms/server.ts';
import { urlOf } from './recording-server.ts';
import { memoryOfSavedContent } from './saved-content.ts';

export const SERVICE_ID = '32113';
export const MMS_API_KEY = 'simulated-key';

/** A simulator of Sinch's MMS API of its own. */
export class RunningSinchMms {
  readonly url: string;
  /** Every request that has come in. */
  readonly calls: string[] = [];
  private readonly simulator: SinchMmsSimulator;
  private readonly folder: string;

  private constructor(simulator: SinchMmsSimulator, folder: string) {
    this.simulator = simulator;
    this.url = urlOf(simulator.server);
    this.folder = folder;
    simulator.server.on('request', ({ method, url }) => this.calls.push(`${method ?? ''} ${url ?? ''}`));
  }

  static async start(options: Partial<SinchMmsSimulatorOptions> = {}): Promise<RunningSinchMms> {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'tidings-simulator-'));
    const simulator = createSinchMmsSimulator({
      serviceId: SERVICE_ID,
      apiKey: MMS_API_KEY,
      ledgerPath: path.join(folder, 'ledger.jsonl'),
      reportDelayMs: 50,
      encodeMs: 20,
      ...options,
    });
    simulator.server.listen(0, '127.0.0.1');
    await once(simulator.server, 'listening');
    return new RunningSinchMms(simulator, folder);
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
export function sinchMmsAt(
  baseUrl: string,
  savedContent: SavedContentStore = memoryOfSavedContent(),
  personalTexts: PersonalTexts = 'custom-text',
): SinchMmsProvider {
  return new SinchMmsProvider({
    integrationId: '5b8f8c1e-0000-4000-8000-000000000003',
    baseUrl,
    serviceId: SERVICE_ID,
    apiKey: MMS_API_KEY,
    personalTexts,
    publicUrl: 'https://tidings.example.com',
    webhooks: { auth: { kind: 'token', secret: 'a secret of sixteen' } },
    savedContent,
  });
}
