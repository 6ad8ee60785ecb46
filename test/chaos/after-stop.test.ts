import { countAfterStop, type AfterStop } from '../../chaos/after-stop.ts';
import type { Freeze } from '../../chaos/freezes.ts';
import type { Stop } from '../../chaos/stops.ts';
import type { LedgerRow } from '../../simulators/ledger.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';
import { acceptance, faultlessRun, type Evidence } from './evidence.ts';

const NONE: AfterStop = { unheard: 0, claims: 0, calls: 0, callsWithinASecond: 0, callsFrozen: 0 };

let database: TestDatabase;
let evidence: Evidence;
let stop: Stop;

/** The first customer has opted out, long after his message was claimed and called. */
beforeEach(async () => {
  database = await createTestDatabase();
  evidence = await faultlessRun(database.pool);
  const phone = evidence.run.members[0]?.phone ?? '';
  await evidence.pool.query(
    `UPDATE recipient SET opted_out_at = now() WHERE id IN (SELECT recipient_id FROM customer WHERE phone = $1)`,
    [phone],
  );
  const now = Date.now() + 10_000;
  stop = { phone, state: 'submitting', askedAt: now - 50, answeredAt: now };
});
afterEach(() => database.drop());

const count = (
  more: readonly LedgerRow[] = [],
  freezes: readonly Freeze[] = [],
  stops = [stop],
): Promise<AfterStop> => countAfterStop(evidence.pool, [...evidence.ledger, ...more], stops, freezes);

/** A call for the number that opted out, so many milliseconds after the answer to the opt-out. */
function callAfter(ms: number, kind: 'accepted' | 'refused' | 'duplicate_refused' = 'accepted'): LedgerRow {
  const taken = acceptance(evidence.ids[0] ?? '', stop.phone, stop.answeredAt + ms);
  return kind === 'accepted' ? taken : { kind, id: taken.id, to: taken.to, seen: taken.seen, at: taken.at };
}

/** A freeze around the opt-out. */
function frozenFor(ms: number, point: Freeze['point'] = 'before_write'): Freeze {
  return { point, from: stop.askedAt - 100, to: stop.answeredAt + ms };
}

describe('the search for what left after an opt-out', () => {
  it('finds nothing where all calls came before', async () => {
    expect(await count()).toEqual(NONE);
  });

  it('finds a claim after the opt-out', async () => {
    await evidence.pool.query(`UPDATE message SET claimed_at = now() + interval '1 ms' WHERE id = $1`, [
      evidence.ids[0],
    ]);
    expect(await count()).toEqual({ ...NONE, claims: 1 });
  });

  it('finds an opt-out that the database does not know', async () => {
    await evidence.pool.query('UPDATE recipient SET opted_out_at = NULL');
    expect(await count()).toEqual({ ...NONE, unheard: 1 });
    expect(await count([], [], [{ ...stop, phone: '+12065550199' }])).toEqual({ ...NONE, unheard: 1 });
  });

  it('tells calls inside the second from later ones', async () => {
    expect(await count([callAfter(1_000)])).toEqual({ ...NONE, callsWithinASecond: 1 });
    expect(await count([callAfter(1_001)])).toEqual({ ...NONE, calls: 1 });
  });

  it.each(['refused', 'duplicate_refused'] as const)('finds a late call that was %s', async (kind) => {
    expect(await count([callAfter(2_000, kind)])).toEqual({ ...NONE, calls: 1 });
  });

  it('counts apart what a frozen process wrote as soon as it was released', async () => {
    expect(await count([callAfter(5_200)], [frozenFor(5_000)])).toEqual({ ...NONE, callsFrozen: 1 });
  });

  it.each<[string, number, () => Freeze]>([
    ['came before the release', 4_900, () => frozenFor(5_000)],
    ['came long after the release', 6_100, () => frozenFor(5_000)],
    [
      'came from a process that was frozen before its last check',
      5_200,
      () => frozenFor(5_000, 'after_claim'),
    ],
    [
      'came from a process that was frozen too late to be held up',
      5_200,
      () => ({ ...frozenFor(5_000), from: stop.answeredAt + 1_100 }),
    ],
  ])('does not excuse a call that %s', async (_what, ms, freeze) => {
    expect(await count([callAfter(ms)], [freeze()])).toEqual({ ...NONE, calls: 1 });
  });

  it('does not excuse a call whose message was claimed after the freeze began', async () => {
    const freeze = { ...frozenFor(5_000), from: Date.now() - 60_000 };
    expect(await count([callAfter(5_200)], [freeze])).toEqual({ ...NONE, calls: 1 });
  });
});
