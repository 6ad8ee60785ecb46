import type { Dependencies } from '../../activities/dependencies.ts';
import { TransientError } from '../../domain/errors.ts';
import type { LookupResult, MessageProvider } from '../../providers/provider.ts';
import type { ProviderRegistry } from '../../providers/registry.ts';
import { lookUpMessages } from '../../worker/look-up.ts';
import { runInDoubt } from '../support/in-doubt.ts';
import { ledgerOf } from '../support/ledger.ts';
import { scriptedDependencies } from '../support/scripted-provider.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';

let database: TestDatabase;
beforeAll(async () => (database = await createTestDatabase()));
afterAll(() => database.drop());

/** Everything that a look-up needs, with a provider that answers each message as it is told. */
function depsWith(answer: (messageId: string, position: number) => LookupResult): Dependencies {
  const { deps } = scriptedDependencies(database.pool, 0);
  const lookup: MessageProvider['lookup'] = (references) =>
    Promise.resolve(references.map(({ messageId }, position) => answer(messageId, position)));
  const provider = { capabilities: { lookup: true }, lookup };
  return { ...deps, providers: { get: () => provider } as unknown as ProviderRegistry };
}

it('a look-up of which a part was not answered records what it found, and leaves the rest in doubt at no cost', async () => {
  const { run } = await runInDoubt(database.pool, 3);
  await database.pool.query('UPDATE message SET look_at = now() WHERE run_id = $1', [run.runId]);
  const error = new TransientError('lookup_failed', 'The look-up was answered with HTTP 503.');
  const asked: string[] = [];
  const deps = depsWith((messageId, position) => {
    asked.push(messageId);
    if (position === 0) return { kind: 'found', messageId, receipt: deliveredReceipt(messageId) };
    return position === 1 ? { kind: 'missing', messageId } : { kind: 'unanswered', messageId, error };
  });
  await lookUpMessages(deps);
  const { rows } = await database.pool.query<{ message_id: string; state: string }>(
    'SELECT message_id, state FROM receipt',
  );
  expect(rows).toEqual([{ message_id: asked[0], state: 'delivered' }]);
  const ledger = new Map((await ledgerOf(run)).map((row) => [row.id, row]));
  expect(ledger.get(asked[1] ?? '')).toMatchObject({ state: 'unknown', looks: 1 });
  expect(ledger.get(asked[2] ?? '')).toMatchObject({
    state: 'unknown',
    looks: 0,
    error: 'The provider could not be asked.',
  });
});

function deliveredReceipt(messageId: string): Extract<LookupResult, { kind: 'found' }>['receipt'] {
  return {
    messageId,
    key: 'found',
    state: 'delivered',
    at: Date.now(),
    statusCode: '0',
    error: '',
    errorClass: null,
    channel: 'mms',
    parts: null,
    providerMessageId: messageId,
  };
}
