import { jest } from '@jest/globals';
import { noteFailure, readOpenBreakers } from '../../database/breakers.ts';
import type { SubmitResult } from '../../domain/effects.ts';
import type { ErrorClass, SubmitOutcome, UnsentCause } from '../../domain/outcome.ts';
import { eventually } from '../support/eventually.ts';
import { consentingCustomers, launchRun, type LaunchedRun } from '../support/launched-run.ts';
import { accepted, inDoubt, ledgerOf } from '../support/ledger.ts';
import { scriptedDependencies, type ScriptedDependencies } from '../support/scripted-provider.ts';
import { submitAll } from '../support/submit.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';

const CUSTOMERS = 400;
/** Two micro-batches of 64 calls are under way at once. */
const UNDER_WAY = 128;
const NO_PROBE_BY_ITSELF = { first: 60_000, last: 60_000 };

let database: TestDatabase;
let scripted: ScriptedDependencies;
let run: LaunchedRun;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

beforeEach(async () => {
  await database.pool.query('DELETE FROM breaker');
  scripted = scriptedDependencies(database.pool, 1, { breakerProbeMs: NO_PROBE_BY_ITSELF });
  run = await launchRun(database.pool, { customers: consentingCustomers(CUSTOMERS) });
});
afterEach(() => scripted.deps.renderPool.close());

const refusedFor =
  (cause: UnsentCause) =>
  (messageId: string): SubmitOutcome => ({
    kind: 'unsent',
    messageId,
    cause,
    retryAfterMs: cause === 'account' ? null : 0,
    statusCode: '401',
    error: 'Invalid login details',
  });

const refusedByClass =
  (errorClass: ErrorClass) =>
  (messageId: string): SubmitOutcome => ({
    kind: 'rejected',
    messageId,
    statusCode: '12',
    error: 'Not enough credits',
    errorClass,
  });

function submit(answer: (messageId: string) => SubmitOutcome): Promise<SubmitResult> {
  scripted.answer = answer;
  return submitAll(scripted, run);
}

const isOpen = async (): Promise<boolean> =>
  (await readOpenBreakers(database.pool, run.projectId)).length === 1;
const probeIsDue = (): Promise<unknown> => database.pool.query('UPDATE breaker SET probe_at = now()');
const probeIsFarOff = (): Promise<unknown> =>
  database.pool.query(`UPDATE breaker SET probe_at = now() + interval '1 hour'`);
const retryIsDue = (): Promise<unknown> =>
  database.pool.query(`UPDATE message SET retry_at = now() WHERE state = 'queued'`);

describe('an account that is refused', () => {
  it('is asked no more than what is under way, and everybody waits as if never offered', async () => {
    const result = await submit(refusedFor('account'));
    expect(scripted.called.length).toBeLessThanOrEqual(UNDER_WAY);
    expect(await isOpen()).toBe(true);
    expect(result).toMatchObject({ outcomes: [], inDoubt: null });
    const rows = await ledgerOf(run);
    expect(rows.length).toBe(scripted.called.length);
    expect(rows.every(({ state, attempts }) => state === 'queued' && attempts === 0)).toBe(true);

    const called = scripted.called.length;
    await retryIsDue();
    await probeIsFarOff();
    const again = await submit(refusedFor('account'));
    expect(scripted.called).toHaveLength(called);
    expect(again.queued.every(({ retryAt }) => retryAt > Date.now())).toBe(true);
  });

  it('is asked no more than what is under way, however long its breaker takes to open', async () => {
    const { breakerWatch } = scripted.deps;
    const tell = breakerWatch.tell.bind(breakerWatch);
    let opens = (): void => undefined;
    const mayTell = new Promise<void>((resolve) => (opens = resolve));
    breakerWatch.tell = async (call) => {
      await mayTell;
      await tell(call);
    };
    const submitting = submit(refusedFor('account'));
    await eventually(async () => {
      const rows = await ledgerOf(run);
      return rows.filter(({ state }) => state === 'queued').length >= UNDER_WAY || undefined;
    });
    opens();
    await submitting;
    expect(scripted.called).toHaveLength(UNDER_WAY);
  });

  it('is tried with one message when the time has come, by one process', async () => {
    await submit(refusedFor('account'));
    const called = scripted.called.length;
    await retryIsDue();
    await probeIsDue();
    await Promise.all([1, 2, 3].map(() => submit(refusedFor('account'))));
    expect(scripted.called).toHaveLength(called + 1);
    expect(await isOpen()).toBe(true);
  });

  it('is tried with another message each time: one alone may be refused for its own sake', async () => {
    run = await launchRun(database.pool, { customers: consentingCustomers(3) });
    const { integrationId } = run;
    const failure = { integrationId, opensAt: 1, statusCode: '401', error: null };
    await noteFailure(database.pool, failure, NO_PROBE_BY_ITSELF);
    for (let probe = 0; probe < 6; probe += 1) {
      await probeIsDue();
      await retryIsDue();
      await submit(refusedFor('account'));
    }
    const { called } = scripted;
    expect(called).toHaveLength(6);
    // Those that were never called come first, then they take turns.
    expect(new Set(called.slice(0, 3)).size).toBe(3);
    expect(new Set(called.slice(3)).size).toBe(3);
  });

  it('that is accepted again closes the breaker, and nobody is lost', async () => {
    await submit(refusedFor('account'));
    await retryIsDue();
    await probeIsDue();
    let result = await submit(accepted);
    expect(await isOpen()).toBe(false);
    for (let i = 0; i < 3 && result.queued.length > 0; i += 1) result = await submit(accepted);
    expect(result).toMatchObject({ outcomes: [{ outcome: 'accepted' }], queued: [] });
    const rows = await ledgerOf(run);
    expect(rows.filter(({ state, attempts }) => state === 'accepted' && attempts === 1)).toHaveLength(
      CUSTOMERS,
    );
  });
});

describe('a breaker', () => {
  afterEach(() => jest.restoreAllMocks());

  /** From now on the clock of this process is wrong, that of the database is not. */
  const setClock = (offMs: number): void => {
    const now = Date.now.bind(Date);
    jest.spyOn(Date, 'now').mockImplementation(() => now() + offMs);
  };

  it('closes with an accepted probe of a process whose clock is ten minutes behind', async () => {
    await submit(refusedFor('account'));
    await retryIsDue();
    await probeIsDue();
    setClock(-600_000);
    await submit(accepted);
    expect(await isOpen()).toBe(false);
  });

  it('stays open when a call from before it opened is accepted in a process whose clock is ahead', async () => {
    run = await launchRun(database.pool, { customers: consentingCustomers(1) });
    setClock(600_000);
    scripted.answerCall = async ([message]) => {
      // Another process opens it while this call is under way, which takes a minute.
      scripted.deps.breakerWatch.suspect(run.integrationId);
      const failure = { integrationId: run.integrationId, opensAt: 1, statusCode: '401', error: 'Refused.' };
      await noteFailure(database.pool, failure, { first: 60_000, last: 60_000 });
      const elapsed = performance.now.bind(performance);
      jest.spyOn(performance, 'now').mockImplementation(() => elapsed() + 60_000);
      return message ? [accepted(message.id)] : [];
    };
    await submitAll(scripted, run);
    expect(scripted.called).toHaveLength(1);
    expect(await isOpen()).toBe(true);
  });
});

describe('a provider', () => {
  it.each([
    ['leaves every message in doubt', inDoubt],
    ['can not be reached', refusedFor('unreachable')],
    ['refuses every message for the account', refusedByClass('account')],
  ])('that %s is left alone after some calls', async (_what, answer) => {
    await submit(answer);
    expect(await isOpen()).toBe(true);
    expect(scripted.called.length).toBeLessThanOrEqual(UNDER_WAY);
  });

  it.each([
    ['throttles', refusedFor('throttled')],
    ['refuses every message', refusedByClass('permanent')],
  ])('that %s is not kept from being asked', async (_what, answer) => {
    await submit(answer);
    expect(await isOpen()).toBe(false);
    expect(scripted.called.length).toBe(CUSTOMERS);
  });

  it('that refuses some messages for the account and takes others between them is not kept from being asked', async () => {
    let calls = 0;
    await submit((id) => ((calls += 1) % 4 === 0 ? refusedByClass('account')(id) : accepted(id)));
    expect(await isOpen()).toBe(false);
    expect(scripted.called.length).toBe(CUSTOMERS);
  });

  it('that fails now and then is not kept from being asked', async () => {
    let calls = 0;
    await submit((id) => ((calls += 1) % 4 === 0 ? inDoubt(id) : accepted(id)));
    expect(await isOpen()).toBe(false);
    expect(scripted.called.length).toBe(CUSTOMERS);
  });
});
