import type { Dispatcher } from 'undici';
import type { Setting } from './fixture.ts';
import type { Operations } from './operations.ts';
import { SimulatedCall, type Answer } from './simulated-call.ts';
import type { SimulatedProcess } from './simulated-process.ts';
import type { VirtualTime } from './virtual-time.ts';

/** What a provider may do with a call that has reached it; the first is what usually happens. */
export const FATES = [
  'accept',
  'accept, then reset',
  'accept, then 500',
  'accept, then silence',
  'accept, then half an answer',
  'accept, leave an entry out',
  'reject',
  'refuse with 429',
  'refuse with 400',
  'refuse with 401',
  'fail with 500',
  'reset',
  'silence',
] as const;
export type Fate = (typeof FATES)[number];

/** Answers of a provider that takes nothing. */
const UNTAKEN: Partial<Record<Fate, Answer>> = {
  'refuse with 429': { status: 429, body: '' },
  'refuse with 400': { status: 400, body: '' },
  'refuse with 401': { status: 401, body: '' },
  'fail with 500': { status: 500, body: '' },
  reset: { error: 'ECONNRESET' },
};

/** A message that the provider has taken. */
export interface Accepted {
  readonly id: string;
  readonly to: string;
  readonly at: number;
}

/** Told of everything that happens at the provider. */
export interface ProviderWatch {
  callStarts(process: SimulatedProcess, messages: readonly { id: string; to: string }[]): void;
  accepts(message: Accepted): void;
  misses(id: string): void;
  notes(what: string): void;
}

/** How the network and the provider treat calls: decided by luck while faults are on, well otherwise. */
export class SimulatedProvider {
  readonly accepted: Accepted[] = [];
  /** Whether a known id is refused. */
  readonly refusesKnownIds: boolean;
  private readonly lookUpLagMs: number;
  private readonly time: VirtualTime;
  private readonly operations: Operations;
  private readonly watch: ProviderWatch;

  constructor(setting: Setting, time: VirtualTime, operations: Operations, watch: ProviderWatch) {
    this.refusesKnownIds = setting.idempotentIds === 'verified';
    this.lookUpLagMs = setting.lookUpLagMs;
    this.time = time;
    this.operations = operations;
    this.watch = watch;
  }

  /** Takes a call as `undici` dispatches it. */
  dispatch(
    process: SimulatedProcess,
    options: Dispatcher.DispatchOptions,
    handler: Dispatcher.DispatchHandler,
  ): void {
    const ids = options.method === 'GET' ? lookedUp(options.path) : [];
    const messages = options.method === 'GET' ? [] : offeredIn(options.body);
    const call = new SimulatedCall(
      process,
      handler,
      ids.length > 0 ? 'look-up' : 'call',
      this.operations,
      () => this.time.now,
    );
    call.start = (luck) => {
      if (luck % 16 === 15) return { error: 'ECONNREFUSED' };
      call.begin();
      if (call.refused) {
        this.watch.notes('call kept in because it would have been late');
        return undefined;
      }
      if (ids.length > 0) return luck % 8 === 7 ? { status: 503, body: '' } : this.logsOf(ids);
      this.watch.callStarts(process, messages);
      return undefined;
    };
    call.receive = (luck) => {
      const fate = FATES[luck % 32] ?? 'accept';
      const refuses = fate === 'reject' || fate === 'refuse with 400';
      return this.decide(refuses && this.knows(messages) ? 'accept' : fate, messages);
    };
    this.operations.add(call);
  }

  /** @returns the answer; undefined when there never is one */
  private decide(fate: Fate, messages: readonly { id: string; to: string }[]): Answer | undefined {
    const untaken = UNTAKEN[fate];
    if (untaken) return untaken;
    if (fate === 'silence') return undefined;
    if (fate === 'reject') return { status: 200, body: answerOf(messages.map(({ id }) => [id, 5, 6])) };
    const entries = messages.map((message) => this.take(message));
    const body = answerOf(entries);
    switch (fate) {
      case 'accept, then reset':
        return { error: 'ECONNRESET' };
      case 'accept, then 500':
        return { status: 500, body: '' };
      case 'accept, then silence':
        return undefined;
      case 'accept, then half an answer':
        return { status: 200, body: body.slice(0, body.length / 2) };
      case 'accept, leave an entry out':
        return { status: 200, body: answerOf(entries.slice(1)) };
      default:
        return { status: 200, body };
    }
  }

  /** What a refusal of known ids proves, if it is proven at all: a known id is refused as such, before anything else. */
  private knows(messages: readonly { id: string }[]): boolean {
    return (
      this.refusesKnownIds && messages.some(({ id }) => this.accepted.some((message) => message.id === id))
    );
  }

  /** An entry of the answer: id, group and id of the status. */
  private take({ id, to }: { id: string; to: string }): [string, number, number] {
    const known = this.accepted.some((message) => message.id === id);
    if (known && this.refusesKnownIds) {
      this.watch.notes('known id refused');
      return [id, 5, 23];
    }
    const message = { id, to, at: this.time.now };
    this.accepted.push(message);
    this.watch.accepts(message);
    return [id, 1, 26];
  }

  private logsOf(ids: readonly string[]): Answer {
    const found = ids.flatMap((id) => {
      const message = this.accepted.find((other) => other.id === id);
      if (message && message.at + this.lookUpLagMs <= this.time.now)
        return [reportOf(message, 'accepted', 0)];
      this.watch.misses(id);
      return [];
    });
    return { status: 200, body: JSON.stringify({ results: found }) };
  }
}

const STATUS = {
  accepted: [1, 26],
  dispatched: [3, 2],
  delivered: [3, 5],
  failed: [2, 4],
  expired: [4, 15],
} as const;
export type ReportState = keyof typeof STATUS;

/** A delivery report in Infobip's words. @param afterMs when it became so, from the acceptance */
export function reportOf({ id, to, at }: Accepted, state: ReportState, afterMs: number): object {
  const [groupId, statusId] = STATUS[state];
  return {
    messageId: id,
    to,
    doneAt: new Date(at + afterMs).toISOString(),
    status: { groupId, id: statusId, name: state, description: state },
  };
}

function answerOf(entries: readonly (readonly [string, number, number])[]): string {
  return JSON.stringify({
    messages: entries.map(([messageId, groupId, id]) => ({ messageId, status: { groupId, id } })),
  });
}

function lookedUp(path: string): readonly string[] {
  return new URLSearchParams(path.slice(path.indexOf('?'))).get('messageId')?.split(',') ?? [];
}

interface Offer {
  readonly messages: readonly { readonly destinations: readonly { to: string; messageId: string }[] }[];
}

function offeredIn(body: Dispatcher.DispatchOptions['body']): readonly { id: string; to: string }[] {
  if (typeof body !== 'string') throw new Error('A call has no body.');
  const { messages } = JSON.parse(body) as Offer;
  return messages.flatMap(({ destinations }) =>
    destinations.map(({ to, messageId }) => ({ id: messageId, to })),
  );
}
