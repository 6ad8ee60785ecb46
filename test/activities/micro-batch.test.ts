import type { OutcomeRecorder } from '../../activities/message/outcome-recorder.ts';
import { startMicroBatch } from '../../activities/message/micro-batch.ts';
import type { SubmitOutcome } from '../../domain/outcome.ts';
import type { MessageProvider, OutboundMessage } from '../../providers/provider.ts';
import { candidatesOf, claimScope, consentingCustomers, launchRun } from '../support/launched-run.ts';
import { accepted } from '../support/ledger.ts';
import { scriptedDependencies } from '../support/scripted-provider.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

describe('a micro-batch', () => {
  it('of which one outcome can not be recorded is over only when every call is', async () => {
    const run = await launchRun(database.pool, { customers: consentingCustomers(2) });
    const { deps } = scriptedDependencies(database.pool, 0);
    const answers: (() => void)[] = [];
    const provider = {
      reportUrl: () => 'http://127.0.0.1/webhooks',
      submit: (messages: readonly OutboundMessage[]) =>
        new Promise<readonly SubmitOutcome[]>((resolve) =>
          answers.push(() => resolve(messages.map(({ id }) => accepted(id)))),
        ),
    } as unknown as MessageProvider;
    const recorded: string[] = [];
    const outcomeRecorder = {
      record: (_month: number, { outcomes }: { outcomes: readonly SubmitOutcome[] }) => {
        recorded.push(...outcomes.map(({ messageId }) => messageId));
        return recorded.length === 1 ? Promise.reject(new Error('not recorded')) : Promise.resolve();
      },
    } as unknown as OutcomeRecorder;
    const { done } = await startMicroBatch({ ...deps, outcomeRecorder }, provider, {
      scope: claimScope(run),
      candidates: candidatesOf(run),
      messagesPerCall: 1,
    });
    let over = false;
    const end = done.catch((error: unknown) => error).finally(() => (over = true));
    answers[0]?.();
    await new Promise(setImmediate);
    expect([recorded.length, over]).toEqual([1, false]);
    answers[1]?.();
    expect(await end).toEqual(new Error('not recorded'));
    expect(recorded).toHaveLength(2);
  });
});
