import { foldPendingReceipts } from '../../database/fold-receipts.ts';
import type { MediaReference } from '../../domain/message-content.ts';
import { makeFallbacks } from '../../worker/fallbacks.ts';
import { acceptedMms, handsetWithout, launchFallbackRun, tooLarge } from '../support/fallback-run.ts';
import { newPhone, type LaunchedRun } from '../support/launched-run.ts';
import { receiptOf, receive } from '../support/ledger.ts';
import { guardLedger } from '../support/ledger-guard.ts';
import { scriptedDependencies, type ScriptedDependencies } from '../support/scripted-provider.ts';
import { submitAll } from '../support/submit.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';

let database: TestDatabase;
let scripted: ScriptedDependencies;
let phone: string;

beforeAll(async () => {
  database = await createTestDatabase(20);
  await guardLedger(database.pool);
  scripted = scriptedDependencies(database.pool);
});
afterAll(async () => {
  scripted.deps.renderPool.close();
  await database.drop();
});
beforeEach(() => {
  phone = newPhone();
});

const PICTURE: MediaReference = { url: 'https://a.example.com/a.png', contentType: 'image/png' };
const CARD: MediaReference = { url: 'https://a.example.com/a.vcf', contentType: 'text/vcard' };

/** A run for the number, whose MMS brings these. */
async function runOf(...media: readonly MediaReference[]): Promise<LaunchedRun> {
  const run = await launchFallbackRun(database.pool, 1, { phone });
  await database.pool.query(
    `UPDATE scenario_version SET frozen = jsonb_set(frozen, '{nodes,1,config,media}', $2)
     FROM run WHERE run.id = $1 AND scenario_version.id = run.version_id`,
    [run.runId, JSON.stringify(media)],
  );
  return run;
}

/** An MMS of these fails for the handset's sake. @returns its id */
async function fails(...media: readonly MediaReference[]): Promise<string> {
  return failsAs(handsetWithout, media);
}

async function failsAs(report: typeof tooLarge, media: readonly MediaReference[]): Promise<string> {
  const run = await runOf(...media);
  const [id = ''] = await acceptedMms(run);
  await database.pool.query(`UPDATE message SET content = jsonb_set(content, '{media}', $2) WHERE id = $1`, [
    id,
    JSON.stringify(media),
  ]);
  await report(run, id);
  await database.pool.query(`UPDATE message SET fallback_at = NULL, ended_at = now() WHERE id = $1`, [id]);
  return id;
}

interface Row {
  readonly leg: number;
  readonly channel: string;
  readonly state: string;
  readonly error: string | null;
  readonly fallback: string | null;
}

/** What becomes of the next MMS that brings these. */
async function next(...media: readonly MediaReference[]): Promise<readonly Row[]> {
  const run = await runOf(...media);
  return offered(run);
}

async function offered(run: LaunchedRun): Promise<readonly Row[]> {
  await submitAll(scripted, run);
  await makeFallbacks(scripted.deps, () => false);
  const { rows } = await database.pool.query<Row>(
    'SELECT leg, channel, state, error, fallback FROM message WHERE run_id = $1 ORDER BY leg',
    [run.runId],
  );
  return rows;
}

const SENT = [{ leg: 0, channel: 'mms', state: 'accepted', fallback: 'engine' }];
const SKIPPED = [
  { leg: 0, channel: 'mms', state: 'cancelled', error: 'handset_known', fallback: 'made' },
  { leg: 1, channel: 'sms', state: 'accepted' },
];

describe('a number whose handset did not take an MMS', () => {
  it('gets the SMS at once instead of another one of its kind, and MMS of other kinds as before', async () => {
    await fails(PICTURE);
    const called = scripted.called.length;
    expect(await next(PICTURE)).toMatchObject(SKIPPED);
    expect(scripted.called).toHaveLength(called + 1);
    expect(await next()).toMatchObject(SENT);
    expect(await next(PICTURE, CARD)).toMatchObject(SENT);
    phone = newPhone();
    expect(await next(PICTURE)).toMatchObject(SENT);
  });

  it('gets one SMS, however often its visit is attempted', async () => {
    await fails(PICTURE);
    const run = await runOf(PICTURE);
    await Promise.all([submitAll(scripted, run), submitAll(scripted, run)]);
    const result = await submitAll(scripted, run);
    expect(result.outcomes).toMatchObject([{ outcome: 'accepted', members: '01' }]);
    await Promise.all([offered(run), offered(run)]);
    expect(await offered(run)).toMatchObject(SKIPPED);
  });

  it('gets MMS as before where one was too large for its operator alone', async () => {
    await failsAs(tooLarge, [PICTURE]);
    expect(await next(PICTURE)).toMatchObject(SENT);
  });

  it('gets MMS again after 90 days', async () => {
    await fails(PICTURE);
    const learntAgo = (age: string): Promise<unknown> =>
      database.pool.query('UPDATE handset_limit SET learnt_at = now() - $1::interval', [age]);
    await learntAgo('89 days 23 hours');
    expect(await next(PICTURE)).toMatchObject(SKIPPED);
    await learntAgo('90 days 1 minute');
    expect(await next(PICTURE)).toMatchObject(SENT);
  });

  it('gets MMS again once one of the kind was delivered to it, and not because of another kind', async () => {
    await fails(PICTURE);
    await delivered(await runOf(CARD), CARD);
    expect(await next(PICTURE)).toMatchObject(SKIPPED);
    await delivered(await runOf(PICTURE), PICTURE);
    expect(await next(PICTURE)).toMatchObject(SENT);
  });

  it('gets the MMS where there is no SMS to send instead', async () => {
    await fails(PICTURE);
    const run = await runOf(PICTURE);
    await database.pool.query(
      `UPDATE scenario_version SET frozen = frozen #- '{nodes,1,config,fallback}'
       FROM run WHERE run.id = $1 AND scenario_version.id = run.version_id`,
      [run.runId],
    );
    expect(await offered(run)).toMatchObject([{ leg: 0, state: 'accepted', fallback: null }]);
  });

  it('gets the MMS in a test send, which is to show what becomes of it', async () => {
    await fails(PICTURE);
    const run = await runOf(PICTURE);
    await database.pool.query('UPDATE run SET is_test = true WHERE id = $1', [run.runId]);
    expect(await offered(run)).toMatchObject(SENT);
  });
});

/** An MMS that was under way already is delivered. */
async function delivered(run: LaunchedRun, ...media: readonly MediaReference[]): Promise<void> {
  const [id = ''] = await acceptedMms(run);
  await database.pool.query(`UPDATE message SET content = jsonb_set(content, '{media}', $2) WHERE id = $1`, [
    id,
    JSON.stringify(media),
  ]);
  await receive(run, receiptOf(id, 'delivered', { at: Date.now() + 1_000, channel: 'mms' }));
  await foldPendingReceipts(database.pool, { limit: 10, receiptSlackMs: 300_000 });
}
