import { randomUUID } from 'node:crypto';
import { claimMessages } from '../../database/claim-messages.ts';
import { settleFallbacks } from '../../database/settle-fallbacks.ts';
import { acceptedMms, launchFallbackRun, tooLarge } from '../support/fallback-run.ts';
import { HeldLocks } from '../support/held-locks.ts';
import { candidatesOf, claimScope, type LaunchedRun } from '../support/launched-run.ts';
import { claim, record, unsent } from '../support/ledger.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';

const MEMBERS = 6;
const members = Array.from({ length: MEMBERS }, (_, i) => i);

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

/** SMS that wait and lie in the table the other way round than they are to be locked, all of them behind their MMS. */
async function waitingSms(): Promise<LaunchedRun> {
  const run = await launchFallbackRun(database.pool, MEMBERS);
  await tooLarge(run, ...(await acceptedMms(run)));
  const { token, claimed } = await claim(run, { leg: 1 });
  await record(
    run,
    token,
    claimed.map(({ id }) => unsent(id, 10)),
  );
  await database.pool.query(
    'UPDATE message SET recipient_id = -member_index - 100 * (1 - leg), retry_at = now() WHERE run_id = $1',
    [run.runId],
  );
  return run;
}

const WORK: readonly (readonly [string, (run: LaunchedRun) => Promise<unknown>])[] = [
  [
    'a claim of SMS',
    (run) => claimMessages(run.pool, claimScope(run, { leg: 1 }), candidatesOf(run), { token: randomUUID() }),
  ],
  [
    'what has come of an attempt',
    ({ pool, month, cohort: { cohortId } }) =>
      settleFallbacks(
        pool,
        { month, cohortId, actionId: 1, pass: 1 },
        {
          members,
          refused: members.map((memberIndex) => ({ memberIndex, reason: 'opted_out' })),
          putOff: [],
          againAt: Date.now(),
        },
      ),
  ],
];

describe('an MMS and the SMS in its place are locked together, in the order of all messages', () => {
  it.each(WORK)('by %s', async (_name, work) => {
    const run = await waitingSms();
    let ended: Promise<unknown> = Promise.resolve();
    await HeldLocks.during(
      database.pool,
      'SELECT FROM message WHERE run_id = $1 ORDER BY recipient_id, id LIMIT 1 FOR NO KEY UPDATE',
      [run.runId],
      async (first) => {
        ended = Promise.allSettled([work(run)]);
        await first.isWaitedFor();
        // Whoever waits for the first has none of the others.
        const { rowCount } = await first.connection.query(
          'SELECT FROM message WHERE run_id = $1 FOR NO KEY UPDATE NOWAIT',
          [run.runId],
        );
        expect(rowCount).toBe(2 * MEMBERS);
      },
    );
    expect(await ended).toMatchObject([{ status: 'fulfilled' }]);
  });
});
