import { callsOf, scriptedDependencies, type ScriptedDependencies } from '../support/scripted-provider.ts';
import { consentingCustomers, launchRun, type LaunchedRun } from '../support/launched-run.ts';
import { accepted, inDoubt, ledgerOf, rejected } from '../support/ledger.ts';
import { submitAll } from '../support/submit.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';

const CUSTOMERS = 20;
const PER_CALL = 10;

let database: TestDatabase;
let scripted: ScriptedDependencies;
let run: LaunchedRun;
let calls: (readonly string[])[];

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

beforeEach(async () => {
  scripted = scriptedDependencies(database.pool);
  run = await launchRun(database.pool, { customers: consentingCustomers(CUSTOMERS) });
  await database.pool.query('UPDATE integration SET messages_per_call = $1', [PER_CALL]);
  calls = callsOf(scripted);
});
afterEach(() => scripted.deps.renderPool.close());

/** What the provider makes of every customer's message, by member. */
async function statesOf(): Promise<readonly string[]> {
  return (await ledgerOf(run)).map(({ state }) => state);
}

describe('a call that offers many messages and is refused as a whole', () => {
  it('is followed by one call a message: only whose fault it was is refused, once', async () => {
    let faulty: string | undefined;
    scripted.answerCall = (messages) => {
      faulty ??= messages[3]?.id;
      const [first, ...others] = messages;
      if (first && others.length === 0)
        return Promise.resolve([first.id === faulty ? rejected(first.id, 'permanent') : accepted(first.id)]);
      const isFaulty = messages.some(({ id }) => id === faulty);
      return Promise.resolve(
        messages.map(({ id }) =>
          isFaulty
            ? {
                kind: 'unsent',
                messageId: id,
                cause: 'batch',
                retryAfterMs: 0,
                statusCode: '400',
                error: 'Bad sender.',
              }
            : accepted(id),
        ),
      );
    };
    const first = await submitAll(scripted, run);
    expect(calls.map((ids) => ids.length)).toEqual([PER_CALL, PER_CALL]);
    expect(first.queued.length).toBe(1);
    const second = await submitAll(scripted, run);
    expect(calls.slice(2).map((ids) => ids.length)).toEqual(Array(PER_CALL).fill(1));
    expect(second.queued).toEqual([]);
    const rows = await ledgerOf(run);
    expect(rows.filter(({ state }) => state === 'rejected').map(({ id }) => id)).toEqual([faulty]);
    expect(rows.filter(({ state }) => state === 'accepted')).toHaveLength(CUSTOMERS - 1);
    expect((await database.pool.query('SELECT FROM breaker')).rows).toEqual([]);
  });
});

describe('an answer to many messages that leaves one out', () => {
  it('leaves that one in doubt and no other; it is not offered again', async () => {
    scripted.answerCall = (messages) =>
      Promise.resolve(messages.map(({ id }, index) => (index === 4 ? inDoubt(id) : accepted(id))));
    await submitAll(scripted, run);
    expect((await statesOf()).filter((state) => state === 'unknown')).toHaveLength(CUSTOMERS / PER_CALL);
    const before = scripted.called.length;
    await submitAll(scripted, run);
    expect(scripted.called).toHaveLength(before);
  });
});

describe('a provider that throttles', () => {
  it('is asked again no sooner than it says, and for nothing that it has taken', async () => {
    const retryAfterMs = 7_000;
    scripted.answerCall = (messages) =>
      Promise.resolve(
        messages.map(({ id }, index) =>
          index % 2 === 0
            ? accepted(id)
            : {
                kind: 'unsent',
                messageId: id,
                cause: 'throttled',
                retryAfterMs,
                statusCode: '429',
                error: 'Too many requests.',
              },
        ),
      );
    const before = Date.now();
    const first = await submitAll(scripted, run);
    expect(first.queued.every(({ retryAt }) => retryAt >= before + retryAfterMs)).toBe(true);
    const called = scripted.called.length;
    await submitAll(scripted, run);
    expect(scripted.called).toHaveLength(called);
    await database.pool.query(`UPDATE message SET retry_at = now() WHERE state = 'queued'`);
    scripted.answerCall = (messages) => Promise.resolve(messages.map(({ id }) => accepted(id)));
    await submitAll(scripted, run);
    expect(scripted.called).toHaveLength(called + CUSTOMERS / 2);
    expect(new Set(await statesOf())).toEqual(new Set(['accepted']));
  });
});
