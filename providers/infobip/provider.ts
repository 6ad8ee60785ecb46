import type { Channel } from '../../domain/channel.ts';
import { PermanentError, TransientError } from '../../domain/errors.ts';
import type { SubmitOutcome } from '../../domain/outcome.ts';
import type { Receipt } from '../../domain/receipt.ts';
import type { WebhookAuth } from '../../domain/webhook-auth.ts';
import { LookupRefusedError } from '../lookup-refused-error.ts';
import { CallError, HttpClient, type HttpRequest } from '../http-client.ts';
import type {
  CallWindow,
  LookupReference,
  LookupResult,
  MessageProvider,
  OutboundMessage,
  ProviderCapabilities,
  RawWebhook,
} from '../provider.ts';
import { addressToken, webhookVerifier } from '../webhook-auth.ts';
import { describeRefusal, outcomesOfAnswer, outcomesOfError, parseJson } from './outcomes.ts';
import { receiptOfReport } from './reports.ts';
import { LOGS_PATH, SUBMIT_PATH, submitBody } from './requests.ts';
import { reportSchema, reportsSchema } from './wire.ts';

const LOOKUP_TIMEOUT_MS = 10_000;

export interface InfobipOptions {
  readonly integrationId: string;
  readonly baseUrl: string;
  readonly apiKey: string;
  /** Where this installation's webhooks can be reached from outside. */
  readonly publicUrl: string;
  readonly webhookAuth: WebhookAuth;
}

/** Infobip: MMS v2 and SMS v3. Sources of its formats: Infobip's published OpenAPI, 3.210. */
export class InfobipProvider implements MessageProvider {
  readonly name = 'infobip';
  readonly capabilities: ProviderCapabilities = {
    channels: ['mms', 'sms'],
    maxBatch: 100,
    lookup: true,
    // The id list of a look-up is at most 2,048 characters long, an id of ours with its comma 37.
    maxLookup: 50,
    maxText: { mms: 1_600, sms: 3_000 },
  };
  private readonly options: InfobipOptions;
  private readonly http: HttpClient;
  /** Below it are the addresses of this integration's reports. */
  private readonly reportsUrl: string;
  /** The last segment of such an address, where it needs one. */
  private readonly reportsToken: string;
  private readonly isAuthentic: (request: RawWebhook) => boolean;

  constructor(options: InfobipOptions) {
    this.options = options;
    this.http = new HttpClient(options.baseUrl);
    const { publicUrl, integrationId, webhookAuth } = options;
    this.reportsUrl = `${publicUrl}/webhooks/${integrationId}/reports`;
    this.isAuthentic = webhookVerifier(webhookAuth, integrationId);
    this.reportsToken =
      webhookAuth.kind === 'token' ? `/${addressToken(webhookAuth.secret, integrationId)}` : '';
  }

  async submit(messages: readonly OutboundMessage[], window: CallWindow): Promise<readonly SubmitOutcome[]> {
    const [first] = messages;
    if (!first) return [];
    try {
      const answer = await this.http.request(
        { ...this.request('POST', SUBMIT_PATH[first.channel]), body: submitBody(messages) },
        window,
      );
      return outcomesOfAnswer(messages, answer);
    } catch (error) {
      if (error instanceof CallError) return outcomesOfError(messages, error);
      throw error;
    }
  }

  async lookup(references: readonly LookupReference[]): Promise<readonly LookupResult[]> {
    const results: LookupResult[] = [];
    for (const channel of this.capabilities.channels) {
      const ids = references
        .filter((reference) => reference.channel === channel)
        .map(({ messageId }) => messageId);
      const { maxLookup } = this.capabilities;
      for (let start = 0; start < ids.length; start += maxLookup) {
        results.push(...(await this.lookupOf(channel, ids.slice(start, start + maxLookup))));
      }
    }
    return results;
  }

  reportUrl(channel: Channel): string {
    return `${this.reportsUrl}/${channel}${this.reportsToken}`;
  }

  verifyWebhook(request: RawWebhook): boolean {
    return this.isAuthentic(request);
  }

  parseWebhook(request: RawWebhook, receivedAt: number): readonly Receipt[] {
    const [kind, channel] = request.path;
    const body = reportsSchema.safeParse(parseJson(request.body.toString('utf8')));
    if (kind !== 'reports' || (channel !== 'mms' && channel !== 'sms') || !body.success) {
      throw new PermanentError('webhook_unreadable', 'This is not a delivery report of Infobip.');
    }
    return receiptsOf(body.data.results, channel, receivedAt);
  }

  close(): Promise<void> {
    return this.http.close();
  }

  private async lookupOf(channel: Channel, ids: readonly string[]): Promise<readonly LookupResult[]> {
    const query = new URLSearchParams({ messageId: ids.join(','), limit: '1000' });
    const window = { startBy: Number.POSITIVE_INFINITY, deadline: AbortSignal.timeout(LOOKUP_TIMEOUT_MS) };
    const answer = await this.http
      .request(this.request('GET', `${LOGS_PATH[channel]}?${query.toString()}`), window)
      .catch((error: unknown) => {
        throw new TransientError('lookup_failed', error instanceof Error ? error.message : String(error));
      });
    if (answer.status === 401 || answer.status === 403) {
      const { statusCode, error } = describeRefusal(answer);
      throw new LookupRefusedError(statusCode, error, answer.status === 401);
    }
    const body = reportsSchema.safeParse(parseJson(answer.body));
    if (answer.status !== 200 || !body.success) {
      throw new TransientError('lookup_failed', `The look-up was answered with HTTP ${answer.status}.`);
    }
    const found = new Map(
      receiptsOf(body.data.results, channel, Date.now()).map((receipt) => [receipt.messageId, receipt]),
    );
    return ids.map((messageId) => {
      const receipt = found.get(messageId);
      return receipt ? { kind: 'found', messageId, receipt } : { kind: 'missing', messageId };
    });
  }

  private request(method: 'GET' | 'POST', path: string): HttpRequest {
    return {
      method,
      path,
      headers: {
        authorization: `App ${this.options.apiKey}`,
        accept: 'application/json',
        ...(method === 'POST' && { 'content-type': 'application/json' }),
      },
    };
  }
}

/** Reads what can be read: one entry that can't does not cost the others. */
function receiptsOf(results: readonly unknown[], channel: Channel, receivedAt: number): readonly Receipt[] {
  return results.flatMap((result) => {
    const report = reportSchema.safeParse(result);
    const receipt = report.success ? receiptOfReport(report.data, channel, receivedAt) : undefined;
    return receipt ? [receipt] : [];
  });
}
