import { countAfterStop, type AfterStop } from '../../chaos/after-stop.ts';
import type { Freeze } from '../../chaos/freezes.ts';
import type { Stop } from '../../chaos/stops.ts';
import type { LedgerRow } from '../../simulators/ledger.ts';
import { claimScope } from '../support/launched-run.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';
import {
  acceptance,
  faultlessRun,
  recordCall,
  repeatAt,
  type Evidence,
  type RecordedCall,
} from './evidence.ts';

const NONE: AfterStop = { unheard: 0, claims: 0, calls: 0, callsWithinASecond: 0, callsFrozen: 0 };

let database: TestDatabase;
let evidence: Evidence;
let stop: Stop;
/** The instant of the opt-out in the database; its answer came 4 s later. */
let stoppedAt: number;

/** The first customer has opted out, long after his message was claimed and called. */
beforeEach(async () => {
  database = await createTestDatabase();
  evidence = await faultlessRun(database.pool);
  const phone = evidence.run.members[0]?.phone ?? '';
  stoppedAt = Date.now() + 10_000;
  stop = { phone, askedAt: stoppedAt - 50, answeredAt: stoppedAt + 4_000 };
  await evidence.pool.query(
    `UPDATE recipient SET opted_out_at = to_timestamp($2::float8 / 1000)
     WHERE id IN (SELECT recipient_id FROM customer WHERE phone = $1)`,
    [phone, stoppedAt],
  );
});
afterEach(() => database.drop());

const count = (
  more: readonly LedgerRow[] = [],
  freezes: readonly Freeze[] = [],
  stops = [stop],
): Promise<AfterStop> => {
  const ledger = [...evidence.ledger, ...more];
  const { receiptDeadlineMs } = claimScope(evidence.run);
  return countAfterStop(evidence.pool, { ledger, stops, freezes, receiptDeadlineMs });
};

/** A call for the number that opted out, so many milliseconds after the opt-out. */
function callAfter(ms: number, kind: 'accepted' | 'refused' | 'duplicate_refused' = 'accepted'): LedgerRow {
  const taken = acceptance(evidence.ids[0] ?? '', stop.phone, stoppedAt + ms);
  return kind === 'accepted' ? taken : { kind, id: taken.id, to: taken.to, seen: taken.seen, at: taken.at };
}

/** A freeze around the opt-out. */
function frozenFor(ms: number, point: Freeze['point'] = 'before_write'): Freeze {
  return { point, from: stoppedAt - 150, to: stoppedAt + ms };
}

const repeat = (ms: number): Promise<void> => repeatAt(evidence, evidence.ids[0] ?? '', stoppedAt + ms);
const record = (ms: number, durationMs: number, more: Partial<RecordedCall> = {}): Promise<void> =>
  recordCall(evidence.run, {
    messageId: evidence.ids[0] ?? '',
    startedAt: stoppedAt + ms,
    durationMs,
    ...more,
  });

describe('the search for what left after an opt-out', () => {
  it('finds nothing where all calls came before', async () => {
    expect(await count()).toEqual(NONE);
  });

  it('finds an opt-out that the database does not know', async () => {
    await evidence.pool.query('UPDATE recipient SET opted_out_at = NULL');
    expect(await count()).toEqual({ ...NONE, unheard: 1 });
    expect(await count([], [], [{ ...stop, phone: '+12065550199' }])).toEqual({ ...NONE, unheard: 1 });
  });

  it('holds calls against the answer of an opt-out that the database does not know', async () => {
    await evidence.pool.query('UPDATE recipient SET opted_out_at = NULL');
    expect(await count([callAfter(3_900)])).toEqual({ ...NONE, unheard: 1 });
    expect(await count([callAfter(5_100)])).toEqual({ ...NONE, unheard: 1, calls: 1 });
  });
});

describe('claims after an opt-out', () => {
  it('are found where the message was claimed for the first time', async () => {
    await evidence.pool.query(
      `UPDATE message SET claimed_at = to_timestamp(($2::float8 + 1) / 1000) WHERE id = $1`,
      [evidence.ids[0], stoppedAt],
    );
    expect(await count()).toEqual({ ...NONE, claims: 1 });
  });

  it('are found where a message in doubt was repeated, which leaves the instant of its first claim', async () => {
    await repeat(-1);
    expect(await count()).toEqual(NONE);
    await repeat(1);
    expect(await count()).toEqual({ ...NONE, claims: 1 });
  });

  it('are found by their calls, which start within a second of them', async () => {
    await record(1_000, 50);
    expect(await count()).toEqual(NONE);
    await record(1_005, 50);
    await record(2_005, 50);
    expect(await count()).toEqual({ ...NONE, claims: 1 });
  });

  it.each(['late', 'ECONNREFUSED'])('are not meant by a call that was not made: %s', async (code) => {
    await record(5_000, 50, { outcome: 'unsent', statusCode: code });
    expect(await count()).toEqual(NONE);
  });

  it('are found by a call that was refused', async () => {
    await record(5_000, 50, { outcome: 'unsent', statusCode: 'E429' });
    expect(await count()).toEqual({ ...NONE, claims: 1 });
  });
});

describe('calls after an opt-out', () => {
  it('are told from those inside its second, whenever it was answered', async () => {
    expect(await count([callAfter(1_000)])).toEqual({ ...NONE, callsWithinASecond: 1 });
    expect(await count([callAfter(1_001)])).toEqual({ ...NONE, calls: 1 });
  });

  it.each(['refused', 'duplicate_refused'] as const)('are found where they were %s', async (kind) => {
    expect(await count([callAfter(2_000, kind)])).toEqual({ ...NONE, calls: 1 });
  });
});

describe('calls of a frozen process', () => {
  const frozenCall = { ...NONE, callsFrozen: 1 };
  const lateCall = { ...NONE, calls: 1 };

  it('are counted apart as soon as it is released', async () => {
    expect(await count([callAfter(5_200)], [frozenFor(5_000)])).toEqual(frozenCall);
  });

  it.each<[string, number, () => Freeze]>([
    ['came before the release', 4_900, () => frozenFor(5_000)],
    ['came long after the release', 6_100, () => frozenFor(5_000)],
    ['came of a freeze before the last check', 5_200, () => frozenFor(5_000, 'after_claim')],
    ['came of a freeze too late', 5_200, () => ({ ...frozenFor(5_000), from: stoppedAt + 1_100 })],
  ])('are not excused when they %s', async (_what, ms, freeze) => {
    expect(await count([callAfter(ms)], [freeze()])).toEqual(lateCall);
  });

  it('are not excused when their message was claimed after the freeze began', async () => {
    const freeze = { ...frozenFor(5_000), from: Date.now() - 60_000 };
    expect(await count([callAfter(5_200)], [freeze])).toEqual(lateCall);
  });

  it('are not excused when their message was claimed again after the freeze began', async () => {
    await repeat(-100);
    expect(await count([callAfter(5_200)], [frozenFor(5_000)])).toEqual(lateCall);
  });

  it('are excused beside a repeat when the frozen call itself is recorded', async () => {
    await repeat(-100);
    await record(-160, 5_400);
    expect(await count([callAfter(5_200)], [frozenFor(5_000)])).toEqual(frozenCall);
  });

  it('are not excused when the record says that they began during the freeze', async () => {
    await record(900, 4_500);
    expect(await count([callAfter(5_200)], [frozenFor(5_000)])).toEqual(lateCall);
  });
});
