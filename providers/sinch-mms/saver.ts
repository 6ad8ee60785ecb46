import type { MessageContent } from '../../domain/message-content.ts';
import { CallError, type HttpAnswer } from '../http-client.ts';
import type { Trouble } from '../provider.ts';
import type { SavedContentStore } from '../saved-content.ts';
import { UNSENT_BY_CODE, IN_DOUBT } from './codes.ts';
import { NOT_READY_MS, readAnswer, type Answer } from './outcomes.ts';
import { contentHash, type Way } from './requests.ts';

/** How long somebody who is about to save a content may take before another one does. */
const SAVING_LEASE_MS = 30_000;
/** After this time a saved MMS is tried though Sinch has not said that it is ready: the postback may be lost. */
const ENCODING_PATIENCE_MS = 30_000;
/** Pause after a content could not be saved. */
const TROUBLE_MS = 5_000;
/** After this time a content that was refused is offered once more: what stood behind its address may be mended. */
const REFUSED_MS = 600_000;

/** What can be done with a content now. */
export type Readiness =
  | { readonly kind: 'ready'; readonly reference: string }
  | { readonly kind: 'wait'; readonly ms: number; readonly trouble?: Trouble }
  | { readonly kind: 'refused'; readonly statusCode: string; readonly error: string };

export interface SaverOptions {
  readonly integrationId: string;
  /** Which account keeps them: another one knows none of them. */
  readonly account: string;
  readonly store: SavedContentStore;
  /** Makes the call that saves a content. @throws CallError */
  readonly save: (content: MessageContent, way: Way) => Promise<HttpAnswer>;
  /** How a content leaves: that says what of it is saved. */
  readonly wayOf: (content: MessageContent) => Way;
}

/** Has each content saved once, whoever needs it, and remembers what can be sent. */
export class ContentSaver {
  private readonly options: SaverOptions;
  private readonly references = new Map<string, string>();

  constructor(options: SaverOptions) {
    this.options = options;
  }

  /** Whether a content can be sent, without saving it. */
  async readinessOf(content: MessageContent): Promise<Readiness> {
    const hash = this.hashOf(content);
    const known = this.references.get(hash);
    if (known !== undefined) return { kind: 'ready', reference: known };
    const saved = await this.options.store.read(this.options.integrationId, hash);
    if (saved?.state === 'refused' && saved.ageMs < REFUSED_MS)
      return { kind: 'refused', statusCode: saved.statusCode, error: saved.error };
    const { reference } = saved ?? { reference: null };
    const isTried = saved?.state === 'encoding' && saved.ageMs > ENCODING_PATIENCE_MS;
    if (!saved || reference === null || !(saved.state === 'ready' || isTried))
      return { kind: 'wait', ms: NOT_READY_MS };
    if (saved.state === 'ready') this.references.set(hash, reference);
    return { kind: 'ready', reference };
  }

  /** The same, and saves it where nobody has. Never throws for what the network or Sinch does. */
  async prepare(content: MessageContent): Promise<Readiness> {
    const readiness = await this.readinessOf(content);
    if (readiness.kind !== 'wait') return readiness;
    const hash = this.hashOf(content);
    const { store, integrationId } = this.options;
    const times = { leaseMs: SAVING_LEASE_MS, refusedMs: REFUSED_MS };
    if (!(await store.begin(integrationId, hash, times))) return readiness;
    return this.save(content, hash);
  }

  /** A message with it was accepted: it can be sent. Never throws: that outcome stands. */
  async confirm(content: MessageContent, reference: string): Promise<void> {
    const hash = this.hashOf(content);
    if (this.references.get(hash) === reference) return;
    const { store, integrationId } = this.options;
    await store.ready(integrationId, reference).then(
      () => this.references.set(hash, reference),
      () => undefined,
    );
  }

  /** Sinch does not know it any more. Never throws: the next message with it shows so again. */
  async forget(content: MessageContent, reference: string): Promise<void> {
    const hash = this.hashOf(content);
    this.references.delete(hash);
    const { store, integrationId } = this.options;
    await store.forget(integrationId, hash, reference).catch(() => undefined);
  }

  private async save(content: MessageContent, hash: string): Promise<Readiness> {
    const { store, integrationId } = this.options;
    const notNow = async (trouble: Trouble): Promise<Readiness> => {
      await store.putOff(integrationId, hash, SAVING_LEASE_MS - TROUBLE_MS);
      return { kind: 'wait', ms: TROUBLE_MS, trouble };
    };
    let http: HttpAnswer;
    try {
      http = await this.options.save(content, this.options.wayOf(content));
    } catch (error) {
      if (error instanceof CallError)
        return notNow({ cause: 'unreachable', statusCode: error.code, error: error.message });
      throw error;
    }
    const answer = readAnswer(http);
    if (answer.kind === 'success' && answer.mmsId !== null) {
      await store.saved(integrationId, hash, answer.mmsId);
      return { kind: 'wait', ms: NOT_READY_MS };
    }
    if (answer.kind !== 'failure' || isTrouble(answer.statusCode)) return notNow(troubleOf(answer));
    const { statusCode, error } = answer;
    await store.refused(integrationId, { hash }, { statusCode, error });
    return { kind: 'refused', statusCode, error };
  }

  private hashOf(content: MessageContent): string {
    return contentHash(content, this.options.wayOf(content), this.options.account);
  }
}

/** Whether a code says nothing against the content itself. */
function isTrouble(code: string): boolean {
  return code in UNSENT_BY_CODE || IN_DOUBT.has(code);
}

const CAUSE_OF_STATUS: Readonly<Record<string, Trouble['cause']>> = {
  401: 'account',
  403: 'account',
  429: 'throttled',
};

function troubleOf(answer: Answer): Trouble {
  switch (answer.kind) {
    case 'failure': {
      const { statusCode, error } = answer;
      return { cause: UNSENT_BY_CODE[statusCode] ?? 'provider', statusCode, error };
    }
    case 'http': {
      const { statusCode, error } = answer;
      return { cause: CAUSE_OF_STATUS[statusCode] ?? 'provider', statusCode, error };
    }
    default:
      return { cause: 'provider', statusCode: 'content_not_saved', error: 'The answer names no saved MMS.' };
  }
}
