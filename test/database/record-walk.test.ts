import { decideIncidents, readDecisions } from '../../database/incidents.ts';
import { recordWalk } from '../../database/record-walk.ts';
import type { Departure, PlaceRecord, WalkRecord } from '../../domain/walk-record.ts';
import { consentingCustomers, launchRun, type LaunchedRun } from '../support/launched-run.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';

let database: TestDatabase;
let run: LaunchedRun;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

beforeEach(async () => {
  run = await launchRun(database.pool, { customers: consentingCustomers(8) });
});

function departure(members: string, more: Partial<Departure> = {}): Departure {
  return {
    nodeId: 'start',
    pass: 1,
    outcome: 'next',
    reason: '',
    outlet: 'next',
    nextNodeId: 'send',
    exit: null,
    members,
    ...more,
  };
}

function place(number: number, members: string, more: Partial<PlaceRecord> = {}): PlaceRecord {
  return {
    number,
    nodeId: 'send',
    pass: 1,
    members,
    arrivedAt: Date.now(),
    opened: true,
    openedAt: Date.now(),
    state: {},
    stuck: null,
    ...more,
  };
}

function record(record: WalkRecord): ReturnType<typeof recordWalk> {
  return recordWalk(database.pool, run.cohort, record);
}

async function traceRows(): Promise<unknown[]> {
  const { rows } = await database.pool.query<Record<string, unknown>>(
    `SELECT node_id, pass, outcome, reason, next_node_id, exit, encode(members, 'hex') AS members FROM trace
     WHERE cohort_id = $1 ORDER BY node_id, outcome, reason`,
    [run.cohort.cohortId],
  );
  return rows;
}

async function placeRows(): Promise<unknown[]> {
  const { rows } = await database.pool.query<Record<string, unknown>>(
    `SELECT number, node_id, encode(members, 'hex') AS members, state FROM visit WHERE cohort_id = $1 ORDER BY number`,
    [run.cohort.cohortId],
  );
  return rows;
}

describe('the record of a step', () => {
  it('keeps who left by which way, and where everybody is', async () => {
    await record({ step: 1, departures: [departure('0f')], places: [place(1, 'f0'), place(2, '0f')] });
    expect(await traceRows()).toEqual([
      {
        node_id: 'start',
        pass: 1,
        outcome: 'next',
        reason: '',
        next_node_id: 'send',
        exit: null,
        members: '0f',
      },
    ]);
    expect(await placeRows()).toMatchObject([
      { number: 1, members: 'f0' },
      { number: 2, members: '0f' },
    ]);
  });

  it('adds those who leave later to those who left before them in the same way', async () => {
    await record({ step: 1, departures: [departure('0f')], places: [] });
    await record({ step: 2, departures: [departure('30'), departure('40')], places: [] });
    expect(await traceRows()).toMatchObject([{ members: '7f' }]);
  });

  it('changes nothing when it is written again', async () => {
    const step: WalkRecord = { step: 1, departures: [departure('0f')], places: [place(1, 'f0')] };
    await record(step);
    const before = [await traceRows(), await placeRows()];
    expect(await record(step)).toEqual({ conflicts: [] });
    expect([await traceRows(), await placeRows()]).toEqual(before);
  });

  it('answers the way that was recorded first, and lets the others go the new one', async () => {
    await record({
      step: 1,
      departures: [
        departure('03', { outcome: 'suppressed', reason: 'no_consent', nextNodeId: null, exit: 'end' }),
      ],
      places: [],
    });
    const { conflicts } = await record({ step: 2, departures: [departure('0f')], places: [] });
    expect(conflicts).toMatchObject([{ outcome: 'suppressed', exit: 'end', members: '03' }]);
    expect(await traceRows()).toMatchObject([
      { outcome: 'next', members: '0c' },
      { outcome: 'suppressed', members: '03' },
    ]);
  });

  it('never overwrites the places of a newer step by those of an older one', async () => {
    await record({ step: 5, departures: [], places: [place(7, 'ff', { state: { offerAt: 1 } })] });
    await record({ step: 4, departures: [departure('01')], places: [place(3, 'ff')] });
    expect(await placeRows()).toMatchObject([{ number: 7, state: { offerAt: 1 } }]);
    expect(await traceRows()).toHaveLength(1);
  });

  it('loses nobody when two records of one cohort come at the same moment', async () => {
    await Promise.all(
      ['01', '02', '04', '08', '10', '20', '40', '80'].map((members, index) =>
        record({ step: index + 1, departures: [departure(members)], places: [] }),
      ),
    );
    expect(await traceRows()).toMatchObject([{ members: 'ff' }]);
  });

  const stuck = {
    code: 'template_timeout',
    message: 'The template does not come to an end.',
    at: 1_795_000_000_000,
  };
  const incidents = async (): Promise<unknown[]> => {
    const { rows } = await database.pool.query<object>(
      `SELECT code, extract(epoch FROM opened_at) * 1000 = $2 AS first, closed_at IS NOT NULL AS closed,
              decision IS NOT NULL AS decided FROM incident WHERE cohort_id = $1`,
      [run.cohort.cohortId, stuck.at],
    );
    return rows;
  };

  it('tells operators once of a visit that cannot go on, and no more once it has gone on', async () => {
    for (const step of [1, 2]) await record({ step, departures: [], places: [place(4, 'ff', { stuck })] });
    const open = { code: stuck.code, first: true, closed: false, decided: false };
    expect(await incidents()).toEqual([open]);
    await record({ step: 3, departures: [], places: [place(4, 'ff')] });
    expect(await incidents()).toEqual([{ ...open, closed: true }]);
  });

  it('keeps the choice of an operator until it is carried out, and asks again when that did not help', async () => {
    await record({ step: 1, departures: [], places: [place(4, 'ff', { stuck })] });
    const about = { runId: run.runId, nodeId: 'send' };
    expect(await decideIncidents(database.pool, about, { action: 'retry' }, 'somebody')).toEqual({
      visits: 1,
      decidedOtherwise: 0,
    });
    await record({ step: 2, departures: [departure('01')], places: [place(4, 'ff', { stuck })] });
    expect(await readDecisions(database.pool, run.cohort.cohortId)).toEqual([
      { number: 4, stuckAt: stuck.at, decision: { action: 'retry' } },
    ]);
    await record({
      step: 3,
      departures: [],
      places: [place(4, 'ff', { stuck: { ...stuck, at: stuck.at + 1 } })],
    });
    expect(await readDecisions(database.pool, run.cohort.cohortId)).toEqual([]);
    expect(await incidents()).toEqual([{ code: stuck.code, first: false, closed: false, decided: false }]);
  });
});
