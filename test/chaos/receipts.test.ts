import { randomUUID } from 'node:crypto';
import { chaosVendor } from '../../chaos/vendors.ts';
import { countReceipts, type ReceiptCounts } from '../../chaos/receipts.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';
import { faultlessRun, type Evidence } from './evidence.ts';

let database: TestDatabase;
let evidence: Evidence;

beforeEach(async () => {
  database = await createTestDatabase();
  evidence = await faultlessRun(database.pool);
});
afterEach(() => database.drop());

const counts = (): Promise<ReceiptCounts> =>
  countReceipts(evidence.pool, evidence.ledger, chaosVendor('infobip'));
const change = (sql: string): Promise<unknown> => evidence.pool.query(sql, [evidence.ids[0]]);

describe('the count of receipts', () => {
  it('is even where each was applied once', async () => {
    expect(await counts()).toEqual({ acknowledged: 3, applied: 3, misapplied: 0 });
  });

  it('takes a report that was posted twice for one', async () => {
    evidence.ledger.push({ kind: 'reported', id: evidence.ids[0] ?? '', report: 0, at: Date.now() });
    expect((await counts()).acknowledged).toBe(3);
  });

  it('misses a receipt that was acknowledged and not stored', async () => {
    await change('DELETE FROM receipt WHERE message_id = $1');
    expect(await counts()).toMatchObject({ acknowledged: 3, applied: 2 });
  });

  it('misses a receipt that was stored and not applied', async () => {
    await change('UPDATE receipt SET folded_at = NULL WHERE message_id = $1');
    expect((await counts()).applied).toBe(2);
  });

  it('misses a receipt in whose place another one stands', async () => {
    await change(`UPDATE receipt SET status_code = '27' WHERE message_id = $1`);
    expect((await counts()).applied).toBe(2);
  });

  it("misses a receipt that its message's state knows nothing of", async () => {
    await change(`UPDATE message SET state = 'accepted' WHERE id = $1`);
    expect((await counts()).applied).toBe(2);
  });

  it('finds a receipt that was tracked twice, and one that was not tracked', async () => {
    await evidence.pool.query(
      `INSERT INTO campaign_event
       SELECT (jsonb_populate_record(campaign_event, jsonb_build_object('id', $2::uuid, 'seq', 1000000))).*
       FROM campaign_event WHERE message_id = $1 AND status = 'delivered'`,
      [evidence.ids[0], randomUUID()],
    );
    expect((await counts()).misapplied).toBe(1);
    await change(`DELETE FROM campaign_event WHERE message_id = $1 AND status = 'delivered'`);
    expect((await counts()).misapplied).toBe(1);
  });
});
