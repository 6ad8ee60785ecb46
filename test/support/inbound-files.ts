import type { Dependencies } from '../../activities/dependencies.ts';
import { createLog } from '../../config/log.ts';
import { fetchInboundTexts } from '../../worker/inbound-texts.ts';
import { inboundUrlOf, listInbound, SENDER, type InboundView } from './inbound.ts';
import { newSinchMms, type IntegrationView } from './integrations.ts';
import { newPhone } from './launched-run.ts';
import { RecordingServer } from './recording-server.ts';
import type { TestStack } from './test-stack.ts';
import { post } from './webhooks.ts';

/** Inbound MMS of Sinch, whose texts are on a file server that answers as it is told. */
export class InboundFiles {
  readonly files: RecordingServer;
  readonly integrationId: string;
  private readonly stack: TestStack;
  private readonly url: string;

  private constructor(stack: TestStack, files: RecordingServer, integrationId: string, url: string) {
    this.stack = stack;
    this.files = files;
    this.integrationId = integrationId;
    this.url = url;
  }

  static async start(stack: TestStack): Promise<InboundFiles> {
    const files = await RecordingServer.start((_request, response) => void response.end('Stop'));
    const made = await stack.api.call<IntegrationView>('POST', '/v1/integrations', newSinchMms('mms'));
    const { id } = made.body;
    return new InboundFiles(stack, files, id, await inboundUrlOf(stack, id));
  }

  /** Where a text is. */
  get fileUrl(): string {
    return `${this.files.url}/1.txt`;
  }

  /** Has somebody send an MMS with a text in a file; answers what is stored of it. */
  async send(more: object = {}, phone = newPhone()): Promise<InboundView | undefined> {
    const postback = {
      ...{ origin: 'MMS_MO', code: 'N401', from: phone.slice(1), to: SENDER, 'tracking-id': phone },
      ...{ timestamp: new Date().toISOString(), content: [{ file: this.fileUrl }] },
      ...more,
    };
    expect(await post(this.url, postback)).toBe(200);
    return this.messageOf(phone);
  }

  async messageOf(phone: string): Promise<InboundView | undefined> {
    const { messages } = await listInbound(this.stack, { phone });
    return messages[0];
  }

  /** Lets the pauses of all texts be over. @returns how many are awaited */
  async makeDue(): Promise<number> {
    const { rowCount } = await this.stack.database.pool.query(
      'UPDATE inbound_message SET text_due_at = statement_timestamp() WHERE text_due_at IS NOT NULL',
    );
    return rowCount ?? 0;
  }

  /** A round of the pump. */
  async pump(log = createLog('test', 'silent')): Promise<void> {
    const deps: Pick<Dependencies, 'pool' | 'log' | 'reach'> = {
      ...{ pool: this.stack.database.pool, log, reach: () => undefined },
    };
    await fetchInboundTexts(deps, this.stack.config.mediaFromLoopback);
  }
}

/** Answers of a file server. */
export const says =
  (status: number, text = ''): RecordingServer['respond'] =>
  (_request, response) =>
    void response.writeHead(status).end(text);
