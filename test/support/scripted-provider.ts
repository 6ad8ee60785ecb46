import type { Dependencies } from '../../activities/dependencies.ts';
import { BreakerWatch } from '../../activities/message/breaker-watch.ts';
import { CallSlots } from '../../activities/message/call-slots.ts';
import { OutcomeRecorder } from '../../activities/message/outcome-recorder.ts';
import { createLog } from '../../config/log.ts';
import { timingsOf } from '../../config/timings.ts';
import { MessageLinks } from '../../database/message-links.ts';
import type { Pool } from '../../database/pool.ts';
import type { SubmitOutcome } from '../../domain/outcome.ts';
import type { Notice, RarePath } from '../../domain/rare-path.ts';
import type { Timings } from '../../domain/timings.ts';
import type { CallWindow, OutboundMessage } from '../../providers/provider.ts';
import type { ProviderRegistry } from '../../providers/registry.ts';
import { RenderPool } from '../../templates/render-pool.ts';
import { NO_INTEGRATION } from './credentials.ts';
import { accepted } from './ledger.ts';

/** Everything that activities need, with a provider in this process that answers as it is told. */
export interface ScriptedDependencies {
  readonly deps: Dependencies;
  answer: (messageId: string) => SubmitOutcome;
  /** Answers a whole call; by default each message as `answer` does. */
  answerCall: (messages: readonly OutboundMessage[], window: CallWindow) => Promise<readonly SubmitOutcome[]>;
  /** Whether the provider is on this machine; true at first. */
  isLocal: boolean;
  /** Ids of messages that were offered, in order. */
  readonly called: string[];
  /** Rare paths that were told, in order. */
  readonly noticed: readonly RarePath[];
}

/** @param renderProcesses 0 where nothing is rendered */
export function scriptedDependencies(
  pool: Pool,
  renderProcesses = 1,
  changed: Partial<Timings> = {},
): ScriptedDependencies {
  const called: string[] = [];
  const noticed: RarePath[] = [];
  const notice: Notice = (path, count = 1) => {
    for (let i = 0; i < count; i += 1) noticed.push(path);
  };
  const timings = { ...timingsOf('test'), ...changed };
  const provider = {
    capabilities: { maxBatch: 100, maxText: { mms: 5_000, sms: 1_600 }, maxSegments: 10, lookup: false },
    submit: (messages: readonly OutboundMessage[], window: CallWindow) => {
      called.push(...messages.map(({ id }) => id));
      return scripted.answerCall(messages, window);
    },
    reportUrl: () => 'http://127.0.0.1/webhooks',
  };
  const scripted: ScriptedDependencies = {
    called,
    noticed,
    answer: accepted,
    answerCall: (messages) => Promise.resolve(messages.map(({ id }) => scripted.answer(id))),
    isLocal: true,
    deps: {
      pool,
      timings,
      log: createLog('test', 'silent'),
      notice,
      reach: () => undefined,
      testNumbers: new Set(),
      providers: { get: () => provider, isLocal: () => scripted.isLocal } as unknown as ProviderRegistry,
      renderPool: new RenderPool({ processes: renderProcesses }),
      messageLinks: new MessageLinks({
        phoneKey: 'of these tests',
        publicUrl: 'https://tidings.example.com',
      }),
      callSlots: new CallSlots(),
      breakerWatch: new BreakerWatch(pool, timings, { log: createLog('test', 'silent'), notice }),
      outcomeRecorder: new OutcomeRecorder(pool, timings, notice),
    },
  };
  return scripted;
}

/** The calls that are made from now on, each as the ids of its messages; filled as they are made. */
export function callsOf(scripted: ScriptedDependencies): (readonly string[])[] {
  const calls: (readonly string[])[] = [];
  const provider = scripted.deps.providers.get(NO_INTEGRATION);
  const submit = provider.submit.bind(provider);
  provider.submit = (messages, window) => {
    calls.push(messages.map(({ id }) => id));
    return submit(messages, window);
  };
  return calls;
}
