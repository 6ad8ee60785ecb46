import { countStopsInFlight, numberInFlight } from '../../chaos/stops.ts';
import { claim } from '../support/ledger.ts';
import { launchRun, type LaunchedRun } from '../support/launched-run.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';
import { recordCall } from './evidence.ts';

let database: TestDatabase;
let run: LaunchedRun;
let ids: readonly string[];

/** Three messages that are being offered; the number of the first has opted out. */
beforeEach(async () => {
  database = await createTestDatabase();
  run = await launchRun(database.pool);
  ids = [...(await claim(run)).claimed].sort((a, b) => a.memberIndex - b.memberIndex).map(({ id }) => id);
  await optOut(0);
});
afterEach(() => database.drop());

const phoneOf = (member: number): string => run.members[member]?.phone ?? '';

async function optOut(member: number): Promise<void> {
  await run.pool.query(
    `UPDATE recipient SET opted_out_at = clock_timestamp() + interval '1 minute'
     WHERE id IN (SELECT recipient_id FROM customer WHERE phone = $1)`,
    [phoneOf(member)],
  );
}

const inFlight = (): Promise<number> =>
  countStopsInFlight(run, [{ phone: phoneOf(0), askedAt: 0, answeredAt: 0 }]);
const change = (set: string): Promise<unknown> =>
  run.pool.query(`UPDATE message SET ${set} WHERE id = $1`, [ids[0]]);

describe('an opt-out that met a message in flight', () => {
  it('came before the message was accepted or ended, if that ever happened', async () => {
    expect(await inFlight()).toBe(1);
    await change(`accepted_at = clock_timestamp() + interval '2 minutes'`);
    expect(await inFlight()).toBe(1);
    await change(
      `accepted_at = NULL, ended_at = clock_timestamp() + interval '2 minutes', state = 'cancelled'`,
    );
    expect(await inFlight()).toBe(1);
  });

  it.each([
    ['was accepted', 'accepted_at = clock_timestamp()'],
    ['had ended', 'ended_at = clock_timestamp()'],
    ['was made later', `created_at = clock_timestamp() + interval '2 minutes'`],
  ])('is none when the message %s, whatever it was when its number was chosen', async (_what, set) => {
    await change(set);
    expect(await inFlight()).toBe(0);
  });

  it('is none when a call had left the message in doubt', async () => {
    const call = { messageId: ids[0] ?? '', startedAt: Date.now(), durationMs: 50, outcome: 'unknown' };
    await recordCall(run, call);
    expect(await inFlight()).toBe(0);
  });

  it('is chosen among those that wait and those that are being offered', async () => {
    await run.pool.query(`UPDATE message SET state = 'queued' WHERE id = $1`, [ids[1]]);
    const rig = {
      query: async <T extends object>(text: string, values: readonly unknown[] = []): Promise<readonly T[]> =>
        (await run.pool.query<T>(text, [...values])).rows,
    };
    const chosen = new Set<string | undefined>();
    for (let time = 0; time < 60; time += 1) chosen.add(await numberInFlight(rig, run.runId));
    expect([...chosen].sort()).toEqual([phoneOf(1), phoneOf(2)].sort());
    expect(await numberInFlight(rig, run.runId, ['queued'])).toBe(phoneOf(1));
  });
});
