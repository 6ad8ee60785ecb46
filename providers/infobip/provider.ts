import type { Channel } from '../../domain/channel.ts';
import { PermanentError, TransientError } from '../../domain/errors.ts';
import type { SubmitOutcome } from '../../domain/outcome.ts';
import { SMS_LIMITS } from '../../domain/sms-limits.ts';
import { checkCall, type AccountCheck } from '../account-check.ts';
import { outcomesOfError } from '../call-outcomes.ts';
import { parseJson } from '../http-answer.ts';
import { lookUpEach } from '../lookup-each.ts';
import { LookupRefusedError } from '../lookup-refused-error.ts';
import { CallError, HttpClient, type HttpAnswer, type HttpRequest } from '../http-client.ts';
import type {
  CallWindow,
  LookupReference,
  LookupResult,
  MessageProvider,
  OutboundMessage,
  ProviderCapabilities,
  RawWebhook,
  WebhookReports,
} from '../provider.ts';
import type { ProviderPlace } from '../provider-kind.ts';
import { webhookDoor, type WebhookDoor } from '../webhook-proof.ts';
import { inboundOf } from './inbound.ts';
import { MAX_TEXT, refusalOf } from './limits.ts';
import { describeRefusal, outcomesOfAnswer } from './outcomes.ts';
import { readReports } from './reports.ts';
import { LOGS_PATH, SUBMIT_PATH, submitBody } from './requests.ts';
import { reportsSchema } from './wire.ts';

const LOOKUP_TIMEOUT_MS = 10_000;
const CHECK_MEANINGS: Readonly<Record<number, string>> = {
  401: 'The API key is refused. Give the key of this account.',
  403: 'The key is taken, but lacks the permission to read logs, by which messages in doubt are looked up.',
};

/** Most messages of one call. */
export const INFOBIP_MAX_BATCH = 100;

export interface InfobipOptions extends ProviderPlace {
  readonly apiKey: string;
}

/** Infobip: MMS v2 and SMS v3. Sources of its formats: Infobip's published OpenAPI, 3.210. */
export class InfobipProvider implements MessageProvider {
  readonly name = 'infobip';
  readonly capabilities: ProviderCapabilities = {
    channels: ['mms', 'sms'],
    maxBatch: INFOBIP_MAX_BATCH,
    lookup: true,
    // The id list of a look-up is at most 2,048 characters long, an id of ours with its comma 37.
    maxLookup: 50,
    maxText: MAX_TEXT,
    maxSegments: SMS_LIMITS.infobip.segments,
  };
  private readonly options: InfobipOptions;
  private readonly http: HttpClient;
  private readonly door: WebhookDoor;

  constructor(options: InfobipOptions) {
    this.options = options;
    this.http = new HttpClient(options.baseUrl);
    this.door = webhookDoor(options, options.webhooks);
  }

  async submit(messages: readonly OutboundMessage[], window: CallWindow): Promise<readonly SubmitOutcome[]> {
    const checked = messages.map((message) => ({ message, refusal: refusalOf(message) }));
    const offered = checked.flatMap(({ message, refusal }) => (refusal ? [] : [message]));
    const outcomes = (await this.offer(offered, window)).values();
    return checked.flatMap(({ message: { id: messageId }, refusal }): readonly SubmitOutcome[] => {
      if (refusal) return [{ kind: 'rejected', messageId, errorClass: 'permanent', ...refusal }];
      const { value } = outcomes.next();
      return value ? [value] : [];
    });
  }

  lookup(references: readonly LookupReference[]): Promise<readonly LookupResult[]> {
    const { channels, maxLookup } = this.capabilities;
    const groups = channels.flatMap((channel) => {
      const own = references.filter((reference) => reference.channel === channel);
      const ids = own.map(({ messageId }) => messageId);
      return Array.from({ length: Math.ceil(ids.length / maxLookup) }, (_, index) => ({
        channel,
        ids: ids.slice(index * maxLookup, (index + 1) * maxLookup),
      }));
    });
    return lookUpEach(groups, ({ channel, ids }) => this.lookupOf(channel, ids));
  }

  /** Reads the newest entry of the logs: needs the key and the permissions that look-ups need. */
  check(): Promise<readonly AccountCheck[]> {
    return Promise.all(
      this.capabilities.channels.map((channel) =>
        checkCall({
          what: `The account answers for ${channel.toUpperCase()}`,
          call: () => this.read(`${LOGS_PATH[channel]}?limit=1`),
          isExpected: (body) => reportsSchema.safeParse(body).success,
          meanings: CHECK_MEANINGS,
          quote: (answer) => describeRefusal(answer).error,
        }),
      ),
    );
  }

  reportUrl(channel: Channel): string {
    return this.door.address('reports', channel);
  }

  inboundUrl(): string {
    return this.door.address('inbound');
  }

  verifyWebhook(request: RawWebhook): boolean {
    return this.door.isAuthentic(request);
  }

  parseWebhook(request: RawWebhook, receivedAt: number): WebhookReports {
    const [kind, channel] = request.path;
    const body = reportsSchema.safeParse(parseJson(request.body.toString('utf8')));
    if (body.success && kind === 'inbound') return inboundsOf(body.data.results, receivedAt);
    if (kind !== 'reports' || (channel !== 'mms' && channel !== 'sms') || !body.success) {
      throw new PermanentError(
        'webhook_unreadable',
        'This is neither a delivery report nor an inbound message of Infobip.',
      );
    }
    return readReports(body.data.results, channel, receivedAt);
  }

  close(): Promise<void> {
    return this.http.close();
  }

  /** @returns one outcome a message, in their order */
  private async offer(
    messages: readonly OutboundMessage[],
    window: CallWindow,
  ): Promise<readonly SubmitOutcome[]> {
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

  private async lookupOf(channel: Channel, ids: readonly string[]): Promise<readonly LookupResult[]> {
    const query = new URLSearchParams({ messageId: ids.join(','), limit: '1000' });
    const answer = await this.read(`${LOGS_PATH[channel]}?${query.toString()}`).catch((error: unknown) => {
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
    const { receipts } = readReports(body.data.results, channel, Date.now());
    const found = new Map(receipts.map((receipt) => [receipt.messageId, receipt]));
    return ids.map((messageId) => {
      const receipt = found.get(messageId);
      return receipt ? { kind: 'found', messageId, receipt } : { kind: 'missing', messageId };
    });
  }

  private read(path: string): Promise<HttpAnswer> {
    const window = { startBy: Number.POSITIVE_INFINITY, deadline: AbortSignal.timeout(LOOKUP_TIMEOUT_MS) };
    return this.http.request(this.request('GET', path), window);
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

/** Reads what can be read and counts the others. @throws PermanentError `webhook_unreadable` when none can */
function inboundsOf(results: readonly unknown[], receivedAt: number): WebhookReports {
  const inbound = results.flatMap((result) => inboundOf(result, receivedAt) ?? []);
  if (inbound.length === 0 && results.length > 0)
    throw new PermanentError('webhook_unreadable', 'This is not an inbound message of Infobip.');
  return { receipts: [], inbound, unreadable: results.length - inbound.length };
}
