import { eventually } from '../support/eventually.ts';
import { chain, mms, NOW, ordinaryPhones } from '../support/scenarios.ts';
import { TestStack } from '../support/test-stack.ts';

const CUSTOMERS = 10_000;
/** Customers whose message is not even claimed when the run is paused, at least. */
const UNCLAIMED = 3_000;
/** For a machine that has much else to do. */
const PATIENCE_MS = 180_000;

let stack: TestStack;

beforeAll(async () => {
  stack = await TestStack.start({ simulator: { latencyMs: 40 } });
  await stack.database.pool.query(SNAPSHOTS);
});
afterAll(() => stack.stop());

/** What the ledger holds in the very transaction that changes a run's state: claims wait for its commit. */
const SNAPSHOTS = `
  CREATE TABLE snapshot (state text, at timestamptz, claimed int, in_flight int);
  CREATE FUNCTION take_snapshot() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    INSERT INTO snapshot
    SELECT NEW.state, clock_timestamp(), count(*), count(*) FILTER (WHERE state = 'submitting')
    FROM message WHERE run_id = NEW.id;
    RETURN NULL;
  END $$;
  CREATE TRIGGER take_snapshot AFTER UPDATE OF state ON run FOR EACH ROW
    WHEN (OLD.state IS DISTINCT FROM NEW.state) EXECUTE FUNCTION take_snapshot();`;

interface Snapshot {
  readonly claimed: number;
  readonly in_flight: number;
}

async function snapshotAt(state: string): Promise<Snapshot> {
  const { rows } = await stack.database.pool.query<Snapshot>(
    'SELECT claimed, in_flight FROM snapshot WHERE state = $1 ORDER BY at DESC LIMIT 1',
    [state],
  );
  const [row] = rows;
  if (!row) throw new Error(`The run was never ${state}.`);
  return row;
}

async function workflows(query: string): Promise<number> {
  return (await stack.client?.client.workflow.count(query))?.count ?? 0;
}

async function count(sql: string): Promise<number> {
  const { rows } = await stack.database.pool.query<{ count: string }>(sql);
  return Number(rows[0]?.count);
}

const CLAIMED_AFTER_PAUSE = `
  SELECT count(*) FROM message WHERE claimed_at > (SELECT max(at) FROM snapshot WHERE state = 'paused')`;

describe('pausing a run of ten thousand in the middle', () => {
  it(
    'lets nothing be claimed from its commit on, and resuming brings everybody one message',
    async () => {
      await stack.api.importConsenting(ordinaryPhones(CUSTOMERS));
      const runId = await stack.api.run(chain('Ten thousand', NOW, mms('only')));
      await eventually(
        async () => ((await count('SELECT count(*) FROM message')) > CUSTOMERS * 0.4 ? true : undefined),
        PATIENCE_MS,
      );
      expect((await stack.api.call('POST', `/v1/runs/${runId}/pause`)).body).toMatchObject({
        state: 'paused',
      });
      const { claimed, in_flight: inFlight } = await snapshotAt('paused');
      process.stdout.write(`paused with ${CUSTOMERS - claimed} unclaimed and ${inFlight} calls in flight\n`);
      expect(CUSTOMERS - claimed).toBeGreaterThanOrEqual(UNCLAIMED);
      expect(inFlight).toBeGreaterThan(0);

      // Every cohort that has been started has come to rest, whatever it was doing.
      await eventually(async () => {
        const all = await workflows(`WorkflowType = 'runCohort'`);
        const paused = await workflows(`WorkflowType = 'runCohort' AND TidingsState = 'paused'`);
        return all > 0 && paused === all ? true : undefined;
      }, PATIENCE_MS);
      await eventually(async () =>
        (await count(`SELECT count(*) FROM message WHERE state = 'submitting'`)) === 0 ? true : undefined,
      );
      expect(await count(CLAIMED_AFTER_PAUSE)).toBe(0);
      expect(await count('SELECT count(*) FROM message')).toBe(claimed);

      await stack.api.call('POST', `/v1/runs/${runId}/resume`);
      const end = await stack.api.runEnd(runId, PATIENCE_MS);
      expect(end).toMatchObject({ state: 'finished', messages: { delivered: CUSTOMERS } });
      const accepted = stack.simulator.ledger.rows.filter(({ kind }) => kind === 'accepted');
      expect(accepted).toHaveLength(CUSTOMERS);
      expect(new Set(accepted.map(({ id }) => id)).size).toBe(CUSTOMERS);
      expect(await count('SELECT count(DISTINCT customer_id) FROM message')).toBe(CUSTOMERS);
    },
    4 * PATIENCE_MS,
  );
});
