import { countFallbacks, type FallbackCounts } from '../../chaos/fallbacks.ts';
import { settleFallbacks } from '../../database/settle-fallbacks.ts';
import type { LedgerRow } from '../../simulators/ledger.ts';
import { acceptedMms, launchFallbackRun, tooLarge } from '../support/fallback-run.ts';
import type { LaunchedRun } from '../support/launched-run.ts';
import { accepted, claim, record } from '../support/ledger.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';
import { acceptance, twinOf } from './evidence.ts';

let database: TestDatabase;
let run: LaunchedRun;
let mms = '';
let sms = '';
let ledger: LedgerRow[];

/** Of two customers the first one's MMS could not be taken: an SMS was sent in its place. */
beforeEach(async () => {
  database = await createTestDatabase();
  run = await launchFallbackRun(database.pool, 2);
  [mms = ''] = await acceptedMms(run);
  await tooLarge(run, mms);
  const { token, claimed } = await claim(run, { leg: 1 }, run.members.slice(0, 1));
  [sms = ''] = claimed.map(({ id }) => id);
  await record(run, token, [accepted(sms)]);
  const { month, cohort } = run;
  const scope = { month, cohortId: cohort.cohortId, actionId: 1, pass: 1 };
  await settleFallbacks(run.pool, scope, { members: [0], refused: [], putOff: [], againAt: Date.now() });
  ledger = [acceptance(sms, run.members[0]?.phone ?? '')];
});
afterEach(() => database.drop());

const count = (): Promise<FallbackCounts> => countFallbacks(database.pool, ledger);
const change = (set: string, id = mms): Promise<unknown> =>
  database.pool.query(`UPDATE message SET ${set} WHERE id = $1`, [id]);

describe('the judgement of SMS in place of MMS', () => {
  it('finds nothing wrong where each was sent once and is settled', async () => {
    expect(await count()).toEqual({ made: 1, twice: 0, unsettled: 0 });
  });

  it('finds a second SMS in place of the same MMS, of the same row or of another one', async () => {
    ledger.push(acceptance(sms, run.members[0]?.phone ?? ''));
    expect(await count()).toMatchObject({ twice: 1 });
    ledger.push(acceptance(await twinOf(run, sms, 'the same'), run.members[0]?.phone ?? ''));
    expect(await count()).toMatchObject({ twice: 2 });
  });

  it.each([
    ['that nobody has settled', `fallback = 'engine', fallback_at = now(), ended_at = NULL`],
    ['that is not due any more, though its SMS is there', `fallback = 'engine'`],
    ['of which it is said that it was refused, though its SMS was taken', `fallback = 'refused'`],
  ])('finds a fallback %s', async (_what, set) => {
    await change(set);
    expect(await count()).toMatchObject({ unsettled: 1 });
  });

  it('finds a fallback of which it is said that it was made, though nothing has left', async () => {
    await change(`state = 'cancelled'`, sms);
    expect(await count()).toMatchObject({ made: 1, unsettled: 1 });
  });

  it('finds a failure for which nothing was ever due', async () => {
    await database.pool.query('DELETE FROM message WHERE id = $1', [sms]);
    await change(`fallback = 'engine', fallback_at = NULL`);
    expect(await count()).toMatchObject({ made: 0, unsettled: 1 });
  });
});
