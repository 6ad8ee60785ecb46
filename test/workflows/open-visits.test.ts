import { mms, NOW, ordinaryPhones, wait } from '../support/scenarios.ts';
import { TestStack } from '../support/test-stack.ts';

const CUSTOMERS = 1_000;
/** Design: more visits of one node and pass become fewer. */
const MOST = 32;

let stack: TestStack;

beforeAll(async () => {
  stack = await TestStack.start({
    // Receipts from 5 to 15 s, a hint whenever the pump comes round, and waits that hardly ever end together.
    simulator: { reportDelayMs: 10_000 },
    timings: {
      receiptDeadlineMs: 60_000,
      hintMs: { first: 10, last: 10 },
      rounding: { fraction: 1 / 1_000, minMs: 10, maxMs: 1_000 },
      historyEvents: 2_000,
    },
  });
  await stack.database.pool.query(MOST_VISITS);
});
afterAll(() => stack.stop());

/** Keeps the most visits that one node of one cohort has had open at any moment. */
const MOST_VISITS = `
  CREATE TABLE most_visits (node_id text PRIMARY KEY, visits int);
  CREATE FUNCTION count_visits() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    INSERT INTO most_visits
    SELECT node_id, max(visits) FROM (
      SELECT cohort_id, node_id, count(*) AS visits FROM visit
      WHERE opened_at IS NOT NULL AND cohort_id IN (SELECT cohort_id FROM written) GROUP BY 1, 2) AS open
    GROUP BY 1
    ON CONFLICT (node_id) DO UPDATE SET visits = greatest(most_visits.visits, EXCLUDED.visits);
    RETURN NULL;
  END $$;
  CREATE TRIGGER count_inserted AFTER INSERT ON visit REFERENCING NEW TABLE AS written
    FOR EACH STATEMENT EXECUTE FUNCTION count_visits();
  CREATE TRIGGER count_updated AFTER UPDATE ON visit REFERENCING NEW TABLE AS written
    FOR EACH STATEMENT EXECUTE FUNCTION count_visits();`;

async function mostVisits(): Promise<Readonly<Record<string, number>>> {
  const { rows } = await stack.database.pool.query<{ node_id: string; visits: number }>(
    'SELECT node_id, visits FROM most_visits ORDER BY node_id',
  );
  return Object.fromEntries(rows.map(({ node_id: nodeId, visits }) => [nodeId, visits]));
}

/** Whoever has got the message rests, in as many visits as there were hints, until all have got it. */
const SCENARIO = {
  name: 'Many visits',
  nodes: [NOW, mms('send'), wait('rest', '14s'), { id: 'thanks', type: 'exit', config: { reason: 'done' } }],
  edges: [
    { from: 'start', to: 'send' },
    { from: 'send', outlet: 'delivered', to: 'rest' },
    { from: 'rest', to: 'thanks' },
  ],
};

describe('members who come to a node in many small groups', () => {
  it(`are at most in ${MOST} open visits of it, in any record of the walk`, async () => {
    await stack.api.importConsenting(ordinaryPhones(CUSTOMERS));
    const end = await stack.api.runEnd(await stack.api.run(SCENARIO));
    expect(end.nodes.find(({ node_id }) => node_id === 'rest')?.outcomes).toEqual({ next: CUSTOMERS });
    const visits = await mostVisits();
    process.stdout.write(`most open visits: ${JSON.stringify(visits)}\n`);
    expect(visits).toEqual({ rest: MOST, send: 1 });
  });
});
