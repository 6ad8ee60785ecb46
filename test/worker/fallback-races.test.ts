import { jest } from '@jest/globals';
import { foldPendingReceipts } from '../../database/fold-receipts.ts';
import { settleFallbacks } from '../../database/settle-fallbacks.ts';
import { explainFallback } from '../../domain/explanations.ts';
import { makeFallbacks } from '../../worker/fallbacks.ts';
import { acceptedMms, launchFallbackRun, tooLarge } from '../support/fallback-run.ts';
import { HeldLocks } from '../support/held-locks.ts';
import type { LaunchedRun } from '../support/launched-run.ts';
import { accepted, receiptOf, receive, unsent } from '../support/ledger.ts';
import { guardLedger } from '../support/ledger-guard.ts';
import { scriptedDependencies, type ScriptedDependencies } from '../support/scripted-provider.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';

let database: TestDatabase;
let scripted: ScriptedDependencies;
let run: LaunchedRun;
let mms = '';

beforeAll(async () => {
  database = await createTestDatabase(20);
  await guardLedger(database.pool);
  scripted = scriptedDependencies(database.pool, 1);
});
afterAll(async () => {
  scripted.deps.renderPool.close();
  await database.drop();
});
beforeEach(async () => {
  await database.pool.query(
    'UPDATE message SET ended_at = coalesce(ended_at, now()), fallback_at = NULL WHERE fallback_at IS NOT NULL',
  );
  scripted.called.length = 0;
  scripted.answer = accepted;
  scripted.answerCall = (messages) => Promise.resolve(messages.map(({ id }) => scripted.answer(id)));
  run = await launchFallbackRun(database.pool, 1);
  [mms = ''] = await acceptedMms(run);
  await tooLarge(run, mms);
});
afterEach(() => jest.restoreAllMocks());

const make = (): Promise<boolean> => makeFallbacks(scripted.deps, () => false);
const due = (): Promise<unknown> =>
  database.pool.query(`UPDATE message SET fallback_at = now() WHERE fallback_at IS NOT NULL`);

/** The MMS is delivered after all. */
async function deliver(): Promise<void> {
  await receive(run, receiptOf(mms, 'delivered', { at: Date.now() + 1_000 }));
  await foldPendingReceipts(database.pool, { limit: 10, receiptSlackMs: 300_000 });
}

/** Does something while the next attempt renders its SMS, once. */
function whileRendering(work: () => Promise<unknown>): void {
  const { renderPool } = scripted.deps;
  const render = renderPool.render.bind(renderPool);
  jest.spyOn(renderPool, 'render').mockImplementationOnce(async (batch) => {
    const results = await render(batch);
    await work();
    return results;
  });
}

interface Row {
  readonly leg: number;
  readonly state: string;
  readonly error: string | null;
  readonly fallback: string | null;
  readonly fallback_refusal: string | null;
  readonly seconds: number | null;
  readonly ended: boolean;
}

/** The customer's rows, the MMS first, with the seconds until its SMS is looked at again. */
async function rows(): Promise<readonly Row[]> {
  const { rows: found } = await database.pool.query<Row>(
    `SELECT leg, state, error, fallback, fallback_refusal, ended_at IS NOT NULL AS ended,
            extract(epoch FROM fallback_at - now())::float8 AS seconds
     FROM message WHERE run_id = $1 ORDER BY leg`,
    [run.runId],
  );
  return found;
}

describe('the SMS in place of an MMS', () => {
  it('is not sent where the MMS is delivered while the SMS is rendered', async () => {
    whileRendering(deliver);
    await make();
    expect(scripted.called).toEqual([]);
    expect(await rows()).toMatchObject([
      {
        leg: 0,
        state: 'delivered',
        fallback: 'refused',
        fallback_refusal: 'delivered_after_all',
        ended: true,
      },
    ]);
  });

  it('is closed at once where it waits to be offered again and the MMS is delivered after all', async () => {
    scripted.answer = (id) => unsent(id, 60_000);
    await make();
    expect(await rows()).toMatchObject([{ ended: false }, { leg: 1, state: 'queued', ended: false }]);
    await deliver();
    await make();
    expect(scripted.called).toHaveLength(1);
    expect(await rows()).toMatchObject([
      { state: 'delivered', fallback: 'refused', fallback_refusal: 'delivered_after_all', ended: true },
      { leg: 1, state: 'cancelled', error: 'delivered_after_all', ended: true },
    ]);
    expect(explainFallback('refused', 'delivered_after_all')).toContain(
      'no SMS was sent in its place: The MMS was delivered after all.',
    );
  });

  it('is closed where its call was refused for now and the MMS was delivered meanwhile', async () => {
    scripted.answerCall = async (messages) => {
      await deliver();
      return messages.map(({ id }) => unsent(id, 60_000));
    };
    await make();
    expect(await rows()).toMatchObject([
      { state: 'delivered', fallback: 'refused', fallback_refusal: 'delivered_after_all', ended: true },
      { leg: 1, state: 'cancelled', error: 'delivered_after_all', ended: true },
    ]);
  });

  it('is made where the MMS is delivered while the SMS is on its way, whatever becomes of the pump', async () => {
    scripted.answerCall = async (messages) => {
      await deliver();
      await make();
      expect(await rows()).toMatchObject([{ fallback: 'engine', ended: false }, { state: 'submitting' }]);
      return messages.map(({ id }) => accepted(id));
    };
    await make();
    await due();
    await make();
    expect(await rows()).toMatchObject([
      { state: 'delivered', fallback: 'made', ended: true },
      { leg: 1, state: 'accepted' },
    ]);
  });

  it('stays due whatever else but a delivery is reported of the MMS later', async () => {
    await receive(run, receiptOf(mms, 'expired', { at: Date.now() + 1_000 }));
    await foldPendingReceipts(database.pool, { limit: 10, receiptSlackMs: 300_000 });
    await make();
    expect(await rows()).toMatchObject([
      { state: 'expired', fallback: 'made', ended: true },
      { leg: 1, state: 'accepted' },
    ]);
  });

  it('is not sent by a pump that has outlived its lease where another has refused it meanwhile', async () => {
    whileRendering(async () => {
      await due();
      jest.spyOn(scripted.deps.renderPool, 'render').mockResolvedValueOnce([{ error: 'It fails.' }]);
      await make();
      expect(await rows()).toMatchObject([{ fallback: 'refused', fallback_refusal: 'template_error' }]);
    });
    await make();
    expect(scripted.called).toEqual([]);
    expect(await rows()).toMatchObject([
      { fallback: 'refused', fallback_refusal: 'template_error', ended: true },
    ]);
  });

  it('is not told as refused by a pump that has outlived its lease where another one is just claiming it', async () => {
    const { month, cohort } = run;
    const scope = { month, cohortId: cohort.cohortId, actionId: 1, pass: 1 };
    const settled = await HeldLocks.during(
      database.pool,
      `WITH mms AS (SELECT to_jsonb(message) AS found FROM message WHERE id = $1 FOR NO KEY UPDATE)
       INSERT INTO message SELECT (jsonb_populate_record(NULL::message, found || jsonb_build_object(
         'id', gen_random_uuid(), 'leg', 1, 'channel', 'sms', 'state', 'submitting', 'look_at', now() + interval '30 seconds',
         'fallback', NULL, 'fallback_at', NULL, 'receipt_state', NULL, 'receipt_at', NULL, 'receipt_key', NULL))).*
       FROM mms`,
      [mms],
      async (claiming) => {
        const settling = settleFallbacks(database.pool, scope, {
          members: [0],
          refused: [{ memberIndex: 0, reason: 'stale' }],
          putOff: [],
          againAt: Date.now(),
        });
        await claiming.isWaitedFor();
        return { settling };
      },
    );
    await settled.settling;
    const [found] = await rows();
    expect(found).toMatchObject({ fallback: 'engine', fallback_refusal: null, ended: false });
    expect(found?.seconds).toBeGreaterThan(20);
  });

  it('is offered again after a refusal of the call under way that another pump has met', async () => {
    scripted.answerCall = async (messages) => {
      scripted.answerCall = (others) => Promise.resolve(others.map(({ id }) => accepted(id)));
      await due();
      await make();
      return messages.map(({ id }) => unsent(id, 10));
    };
    await make();
    expect(await rows()).toMatchObject([
      { fallback: 'engine', ended: false },
      { leg: 1, state: 'queued' },
    ]);
    await database.pool.query(`UPDATE message SET retry_at = now() WHERE state = 'queued'`);
    await due();
    await make();
    expect(scripted.called).toHaveLength(2);
    expect(await rows()).toMatchObject([
      { fallback: 'made', ended: true },
      { leg: 1, state: 'accepted' },
    ]);
  });
});
