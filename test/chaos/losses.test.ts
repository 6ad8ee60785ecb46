import { countLosses, sumOfLosses, type Losses } from '../../chaos/losses.ts';
import { describeUnsettled } from '../../chaos/unsettled.ts';
import { receiptOf, receive } from '../support/ledger.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';
import { acceptance, faultlessRun, trace, type Evidence } from './evidence.ts';

let database: TestDatabase;
let evidence: Evidence;

beforeEach(async () => {
  database = await createTestDatabase();
  evidence = await faultlessRun(database.pool);
});
afterEach(() => database.drop());

const losses = (): Promise<Losses> => countLosses(evidence.pool, evidence.ledger, evidence.entries);
const change = (sql: string): Promise<unknown> => evidence.pool.query(sql, [evidence.ids[0]]);

describe('the search for losses', () => {
  it('finds none where every message came to its end', async () => {
    const found = await losses();
    expect(found.messages).toBe(3);
    expect(sumOfLosses(found)).toBe(0);
  });

  it('finds customers who were not admitted', async () => {
    expect((await countLosses(evidence.pool, evidence.ledger, 5)).entries).toBe(2);
  });

  it('finds entries without an end in the trace', async () => {
    await evidence.pool.query('DELETE FROM trace');
    expect((await losses()).entries).toBe(3);
  });

  it('finds entries with two ends, even where as many others have none', async () => {
    await evidence.pool.query('DELETE FROM trace');
    await trace(evidence.run, 'send', 'delivered', [0, 1]);
    await trace(evidence.run, 'elsewhere', 'exited', [0]);
    expect((await losses()).entries).toBe(2);
  });

  it('finds a visit that ended as if there were a message', async () => {
    await change('DELETE FROM message WHERE id = $1');
    evidence.ledger.splice(
      0,
      evidence.ledger.length,
      ...evidence.ledger.filter(({ id }) => id !== evidence.ids[0]),
    );
    expect(await losses()).toMatchObject({ visits: 1, contradicted: 0 });
  });

  it('finds rows without an end', async () => {
    await change(`UPDATE message SET state = 'submitting', ended_at = NULL WHERE id = $1`);
    expect((await losses()).rows).toBe(1);
  });

  it('finds rows that say delivered of what the provider never took', async () => {
    evidence.ledger.shift();
    expect((await losses()).contradicted).toBe(1);
    evidence.ledger.length = 0;
    expect((await losses()).contradicted).toBe(3);
  });

  it.each(['rejected', 'cancelled', 'queued'])('finds rows that say %s of what was taken', async (state) => {
    await change(`UPDATE message SET state = '${state}' WHERE id = $1`);
    expect((await losses()).contradicted).toBe(1);
  });

  it('finds what is in doubt, and tells what was given up from what the gate has refused', async () => {
    await change(`UPDATE message SET state = 'unknown' WHERE id = $1`);
    expect(await losses()).toMatchObject({ unknown: 1, unresolved: 0, unresolvedGated: 0 });
    await change(`UPDATE message SET state = 'unresolved' WHERE id = $1`);
    expect(await losses()).toMatchObject({ unknown: 0, unresolved: 1, unresolvedGated: 0 });
    await change(`UPDATE message SET error = 'repeat refused: opted_out' WHERE id = $1`);
    expect(await losses()).toMatchObject({ unknown: 0, unresolved: 0, unresolvedGated: 1 });
  });

  it('describes what nobody settled, so that its cause can be found', async () => {
    await change(`UPDATE message SET state = 'unresolved', error = 'Nobody was asked.' WHERE id = $1`);
    expect(await describeUnsettled(evidence.pool)).toEqual([
      expect.stringMatching(/ is unresolved after 1 calls and 0 look-ups: Nobody was asked\.$/),
    ]);
  });

  it.each([
    ...['run_paused', 'run_cancelled', 'breaker_open', 'held', 'stale', 'capped'],
    ...['message_resources_missing', 'opted_out_or_so'],
  ])('takes a repeat that was refused as %s for one that was to be made', async (reason) => {
    await change(
      `UPDATE message SET state = 'unresolved', error = 'repeat refused: ${reason}' WHERE id = $1`,
    );
    expect(await losses()).toMatchObject({ unresolved: 1, unresolvedGated: 0 });
  });

  it('finds a receipt that was stored and not applied', async () => {
    await receive(evidence.run, receiptOf(evidence.ids[0] ?? '', 'failed'));
    expect((await losses()).receipts).toBe(1);
  });

  it('is not misled by messages that others have taken', async () => {
    evidence.ledger.push(acceptance('20261100-0000-8000-a000-000000000000', '12065550142'));
    expect(sumOfLosses(await losses())).toBe(0);
  });
});
