import { PermanentError } from '../../domain/errors.ts';
import { SINCH_MMS_TEXT } from '../../domain/media-limits.ts';
import type { MessageContent } from '../../domain/message-content.ts';
import type { SubmitOutcome } from '../../domain/outcome.ts';
import { checkCall, type AccountCheck } from '../account-check.ts';
import { outcomesOfError } from '../call-outcomes.ts';
import { parseJson } from '../http-answer.ts';
import { CallError, HttpClient, type HttpAnswer } from '../http-client.ts';
import type {
  CallWindow,
  LookupResult,
  MessageProvider,
  OutboundMessage,
  Preparation,
  ProviderCapabilities,
  RawWebhook,
  WebhookReports,
} from '../provider.ts';
import type { ProviderPlace } from '../provider-kind.ts';
import { webhookDoor, type WebhookDoor } from '../webhook-proof.ts';
import { classOfRefusal, NOT_SAVED, stateOfPostback } from './codes.ts';
import { inboundOf, isInbound } from './inbound.ts';
import { NOT_READY_MS, outcomesOfAnswer, readAnswer } from './outcomes.ts';
import { contentOfPostback, receiptOfPostback } from './reports.ts';
import { refusalOf } from './refusals.ts';
import {
  contentHash,
  saveBody,
  sendBody,
  sendSavedBody,
  wayOf,
  type PersonalTexts,
  type Way,
} from './requests.ts';
import { ContentSaver, type Readiness } from './saver.ts';
import { postbackSchema } from './wire.ts';

const DEFAULT_PATH = '/ep/v2';
const SAVE_TIMEOUT_MS = 10_000;
const CHECK_MEANINGS: Readonly<Record<number, string>> = {
  401: 'The API key is refused. Give the key of this account.',
  403: 'The API key is refused, or this address may not call. Give the key of this account, or have the address allowed.',
};

export interface SinchMmsOptions extends ProviderPlace {
  readonly serviceId: string;
  readonly apiKey: string;
  readonly personalTexts: PersonalTexts;
}

/**
 * Sinch's MMS JSON API. Sources of its formats: Sinch's published pages and OpenAPI bundle, 2021 and 2026.
 *
 * What is the same for all is saved once and sent by its id; what is not leaves as a whole, unless the account's setting says that the
 * media alone are saved. Nothing can be looked up, and nothing
 * refuses a reference that was used before: a message in doubt is only proven by a postback.
 */
export class SinchMmsProvider implements MessageProvider {
  readonly name = 'sinch-mms';
  readonly capabilities: ProviderCapabilities = {
    channels: ['mms'],
    maxBatch: 1,
    lookup: false,
    maxLookup: 1,
    maxText: { mms: SINCH_MMS_TEXT, sms: 0 },
    maxSegments: 0,
  };
  private readonly http: HttpClient;
  private readonly options: SinchMmsOptions;
  private readonly door: WebhookDoor;
  private readonly saver: ContentSaver;

  constructor(options: SinchMmsOptions) {
    this.options = options;
    this.http = new HttpClient(withPath(options.baseUrl));
    this.door = webhookDoor(options, options.webhooks);
    const { integrationId, savedContent: store, serviceId } = options;
    this.saver = new ContentSaver({
      integrationId,
      account: `${options.baseUrl} ${serviceId}`,
      store,
      save: (content, way) => this.post(saveBody(content, way, serviceId), timeLimit(SAVE_TIMEOUT_MS)),
      wayOf: (content) => this.wayOf(content),
    });
  }

  async prepare(contents: readonly MessageContent[]): Promise<Preparation> {
    const saved = contents.filter((content) => !refusalOf(content) && this.wayOf(content) !== 'whole');
    const distinct = new Map(saved.map((content) => [contentHash(content, this.wayOf(content)), content]));
    const readiness = await Promise.all([...distinct.values()].map((content) => this.saver.prepare(content)));
    const waits = readiness.flatMap((one) => (one.kind === 'wait' ? [one] : []));
    const trouble = waits.find((wait) => wait.trouble)?.trouble;
    return { waitMs: Math.max(0, ...waits.map(({ ms }) => ms)), ...(trouble && { trouble }) };
  }

  async submit(messages: readonly OutboundMessage[], window: CallWindow): Promise<readonly SubmitOutcome[]> {
    const [message, ...others] = messages;
    if (!message) return [];
    if (others.length > 0) throw new RangeError('A call of Sinch offers one message.');
    const { id: messageId, content } = message;
    const refusal = refusalOf(content);
    if (refusal) return [{ kind: 'rejected', messageId, ...refusal, errorClass: 'permanent' }];
    return this.wayOf(content) === 'whole'
      ? this.submitWhole(message, window)
      : this.submitSaved(message, window);
  }

  private async submitWhole(message: OutboundMessage, window: CallWindow): Promise<readonly SubmitOutcome[]> {
    return this.offer(message, sendBody(message, this.options.serviceId, Date.now()), window);
  }

  private async submitSaved(message: OutboundMessage, window: CallWindow): Promise<readonly SubmitOutcome[]> {
    const { id: messageId, content } = message;
    const readiness = await this.saver.readinessOf(content).catch(NOT_KNOWN);
    if (readiness.kind === 'refused') {
      const { statusCode, error } = readiness;
      const errorClass = classOfRefusal(statusCode, error);
      return [{ kind: 'rejected', messageId, statusCode, error, errorClass }];
    }
    if (readiness.kind === 'wait') {
      const unsent = { kind: 'unsent', messageId, cause: 'provider', retryAfterMs: NOT_READY_MS } as const;
      return [{ ...unsent, statusCode: 'content_not_ready', error: 'Its media are not saved at Sinch yet.' }];
    }
    const { reference } = readiness;
    const saved = { way: this.wayOf(content), reference };
    const body = sendSavedBody(message, saved, this.options.serviceId, Date.now());
    const outcomes = await this.offer(message, body, window);
    await this.remember(content, reference, outcomes);
    return outcomes;
  }

  private async offer(
    message: OutboundMessage,
    body: string,
    window: CallWindow,
  ): Promise<readonly SubmitOutcome[]> {
    try {
      return outcomesOfAnswer(message, await this.post(body, window));
    } catch (error) {
      if (error instanceof CallError) return outcomesOfError([message], error);
      throw error;
    }
  }

  private wayOf(content: MessageContent): Way {
    return wayOf(content, this.options.personalTexts);
  }

  /** Nobody can be asked. */
  lookup(): Promise<readonly LookupResult[]> {
    return Promise.resolve([]);
  }

  /** Asks to send something that was never saved: refused whatever the account, once its key and service are right. */
  async check(): Promise<readonly AccountCheck[]> {
    const probe = JSON.stringify({
      action: 'sendsavedmms',
      'service-id': this.options.serviceId,
      'mms-id': '0',
    });
    const refused = { code: '', text: '' };
    const check = await checkCall({
      what: 'The account answers',
      call: () => this.post(probe, timeLimit(SAVE_TIMEOUT_MS)),
      isExpected: (body) => {
        const answer = readAnswer({ status: 200, headers: {}, body: JSON.stringify(body) });
        if (answer.kind === 'failure') [refused.code, refused.text] = [answer.statusCode, answer.error];
        return answer.kind === 'failure' || answer.kind === 'success';
      },
      meanings: CHECK_MEANINGS,
      quote: () => '',
    });
    const meaning = REFUSALS_OF_ACCOUNT[refused.code];
    if (meaning === undefined) return [check];
    return [{ ...check, ok: false, says: `${meaning} It answered ${refused.code}: ${refused.text}` }];
  }

  reportUrl(): string {
    return this.door.address('postbacks');
  }

  /** Sinch posts everything to one address of the account. */
  inboundUrl(): string {
    return this.reportUrl();
  }

  verifyWebhook(request: RawWebhook): boolean {
    return this.door.isAuthentic(request);
  }

  parseWebhook(request: RawWebhook, receivedAt: number): WebhookReports {
    const body = parseJson(request.body.toString('utf8'));
    const postback = postbackSchema.safeParse(body);
    if (request.path[0] !== 'postbacks' || !postback.success)
      throw new PermanentError('webhook_unreadable', 'This is not a postback of Sinch.');
    if (isInbound(postback.data)) {
      const message = inboundOf(body, receivedAt);
      if (!message)
        throw new PermanentError('webhook_unreadable', 'This is not an inbound message of Sinch.');
      return { receipts: [], inbound: [message] };
    }
    const receipt = receiptOfPostback(postback.data, receivedAt);
    const content = contentOfPostback(postback.data);
    const isNobodys = !receipt && stateOfPostback(postback.data.code) !== undefined;
    return {
      receipts: receipt ? [receipt] : [],
      contents: content ? [content] : [],
      unreadable: isNobodys ? 1 : 0,
    };
  }

  close(): Promise<void> {
    return this.http.close();
  }

  private async remember(
    content: MessageContent,
    reference: string,
    [outcome]: readonly SubmitOutcome[],
  ): Promise<void> {
    if (outcome?.kind === 'accepted') await this.saver.confirm(content, reference);
    if (outcome?.kind === 'unsent' && NOT_SAVED.has(outcome.statusCode))
      await this.saver.forget(content, reference);
  }

  private post(body: string, window: CallWindow): Promise<HttpAnswer> {
    const headers = {
      'x-api-key': this.options.apiKey,
      accept: 'application/json',
      'content-type': 'application/json; charset=utf-8',
    };
    return this.http.request({ method: 'POST', path: '/', headers, body }, window);
  }
}

const REFUSALS_OF_ACCOUNT: Readonly<Record<string, string>> = {
  E103: 'The account has no access to the API.',
  E104: 'The API key is refused. Give the key of this account.',
  E105: 'The user of the key has no access to the API.',
  E107: 'The account may not send what was saved.',
  E112: 'The address of this machine is not among those that may call. Have it allowed.',
  E627: 'There is no such service. Correct serviceId.',
};

/** Nothing has been sent yet: what the store could not tell is asked again. */
const NOT_KNOWN = (): Readiness => ({ kind: 'wait', ms: NOT_READY_MS });

/** An address without a path means the one that Sinch documents. */
function withPath(baseUrl: string): string {
  const url = new URL(baseUrl);
  return url.pathname === '/' ? new URL(DEFAULT_PATH, url).href : baseUrl;
}

function timeLimit(ms: number): CallWindow {
  return { startBy: Number.POSITIVE_INFINITY, deadline: AbortSignal.timeout(ms) };
}
