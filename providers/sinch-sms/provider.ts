import { PermanentError, TransientError } from '../../domain/errors.ts';
import type { SubmitOutcome } from '../../domain/outcome.ts';
import { SMS_LIMITS } from '../../domain/sms-limits.ts';
import { checkCall, type AccountCheck } from '../account-check.ts';
import { outcomesOfError } from '../call-outcomes.ts';
import { parseJson } from '../http-answer.ts';
import { CallError, HttpClient, type HttpAnswer, type HttpRequest } from '../http-client.ts';
import { lookUpEach } from '../lookup-each.ts';
import { LookupRefusedError } from '../lookup-refused-error.ts';
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
import { describeRefusal, outcomesOfAnswer } from './outcomes.ts';
import { receiptOfReport } from './reports.ts';
import { batchBody } from './requests.ts';
import { lookUp } from './lookup.ts';
import { batchListSchema, callbackSchema } from './wire.ts';

const LOOKUP_TIMEOUT_MS = 10_000;
const CHECK_MEANINGS: Readonly<Record<number, string>> = {
  401: 'The API token is refused for this service plan. Give the token that belongs to it.',
  403: 'The token is taken, but the account may not do this.',
  404: 'There is no such service plan in this region. Correct servicePlanId or the base URL.',
};

/** Its base URL is that of the region, `https://us.sms.api.sinch.com` for instance. */
export interface SinchSmsOptions extends ProviderPlace {
  readonly servicePlanId: string;
  readonly apiToken: string;
}

/**
 * Sinch's SMS REST API (XMS). Sources of its formats: Sinch's own clients for Node and Java, July 2026.
 *
 * A batch has one text and one `client_reference`, which is the message's id: so a call offers one message. Nothing refuses a
 * reference that was used before.
 */
export class SinchSmsProvider implements MessageProvider {
  readonly name = 'sinch-sms';
  readonly capabilities: ProviderCapabilities = {
    channels: ['sms'],
    maxBatch: 1,
    lookup: true,
    maxLookup: 1,
    maxText: { mms: 0, sms: SMS_LIMITS['sinch-sms'].characters },
    maxSegments: SMS_LIMITS['sinch-sms'].segments,
  };
  private readonly http: HttpClient;
  private readonly planPath: string;
  private readonly authorization: string;
  private readonly door: WebhookDoor;

  constructor(options: SinchSmsOptions) {
    const { servicePlanId, apiToken } = options;
    this.http = new HttpClient(options.baseUrl);
    this.planPath = `/xms/v1/${encodeURIComponent(servicePlanId)}`;
    this.authorization = `Bearer ${apiToken}`;
    this.door = webhookDoor(options, options.webhooks);
  }

  async submit(messages: readonly OutboundMessage[], window: CallWindow): Promise<readonly SubmitOutcome[]> {
    const [message, ...others] = messages;
    if (!message) return [];
    if (others.length > 0) throw new RangeError('A call of Sinch offers one message.');
    try {
      const body = batchBody(message, Date.now());
      const answer = await this.http.request({ ...this.request('POST', '/batches'), body }, window);
      return outcomesOfAnswer(message, answer);
    } catch (error) {
      if (error instanceof CallError) return outcomesOfError(messages, error);
      throw error;
    }
  }

  /** A message in each two calls: its report where there is one, else whether its batch is known. */
  lookup(references: readonly LookupReference[]): Promise<readonly LookupResult[]> {
    return lookUpEach(
      references.map(({ messageId }) => ({ messageId, ids: [messageId] })),
      async ({ messageId }) => [await lookUp(messageId, Date.now(), (path) => this.read(path))],
    );
  }

  /** Lists the newest batch. */
  async check(): Promise<readonly AccountCheck[]> {
    const check = await checkCall({
      what: 'The service plan answers',
      call: () => this.get('/batches?page_size=1'),
      isExpected: (body) => batchListSchema.safeParse(body).success,
      meanings: CHECK_MEANINGS,
      quote: (answer) => describeRefusal(answer).error,
    });
    return [check];
  }

  reportUrl(): string {
    return this.door.address('reports');
  }

  inboundUrl(): string {
    return this.door.address('inbound');
  }

  verifyWebhook(request: RawWebhook): boolean {
    return this.door.isAuthentic(request);
  }

  parseWebhook(request: RawWebhook, receivedAt: number): WebhookReports {
    const body = parseJson(request.body.toString('utf8'));
    const callback = callbackSchema.safeParse(body);
    // A plan has one address for both unless a batch names another.
    if (!['reports', 'inbound'].includes(request.path[0] ?? '') || !callback.success) throw unreadable();
    const type = callback.data.type?.toLowerCase();
    const isInbound = type?.startsWith('mo_') ?? false;
    const receipt = isInbound ? undefined : receiptOfReport(body, receivedAt);
    if (receipt) return { receipts: [receipt] };
    // Refused, it would be told no better.
    if (type !== undefined && !isInbound) return { receipts: [], unreadable: 1 };
    const message = inboundOf(body, receivedAt);
    if (!message) throw unreadable();
    return { receipts: [], inbound: [message] };
  }

  close(): Promise<void> {
    return this.http.close();
  }

  /** @throws TransientError `lookup_failed`, LookupRefusedError */
  private async read(path: string): Promise<unknown> {
    const answer = await this.get(path).catch((error: unknown) => {
      throw new TransientError('lookup_failed', error instanceof Error ? error.message : String(error));
    });
    if (answer.status === 401 || answer.status === 403) {
      const { statusCode, error } = describeRefusal(answer);
      throw new LookupRefusedError(statusCode, error, answer.status === 401);
    }
    if (answer.status !== 200)
      throw new TransientError('lookup_failed', `The look-up was answered with HTTP ${answer.status}.`);
    return parseJson(answer.body);
  }

  private get(path: string): Promise<HttpAnswer> {
    const window = { startBy: Number.POSITIVE_INFINITY, deadline: AbortSignal.timeout(LOOKUP_TIMEOUT_MS) };
    return this.http.request(this.request('GET', path), window);
  }

  private request(method: 'GET' | 'POST', path: string): HttpRequest {
    return {
      method,
      path: this.planPath + path,
      headers: {
        authorization: this.authorization,
        accept: 'application/json',
        ...(method === 'POST' && { 'content-type': 'application/json' }),
      },
    };
  }
}

function unreadable(): PermanentError {
  return new PermanentError(
    'webhook_unreadable',
    'This is neither a delivery report nor an inbound message of Sinch.',
  );
}
