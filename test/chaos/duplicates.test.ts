import { countDuplicates, countUnclaimedCalls } from '../../chaos/acceptances.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';
import { acceptance, faultlessRun, repeatAt, twinOf, type Evidence } from './evidence.ts';

let database: TestDatabase;
let evidence: Evidence;

beforeEach(async () => {
  database = await createTestDatabase();
  evidence = await faultlessRun(database.pool);
});
afterEach(() => database.drop());

const duplicates = (): Promise<number> => countDuplicates(evidence.pool, evidence.ledger);

async function numberOf(id: string): Promise<string> {
  const { rows } = await evidence.pool.query<{ to_number: string }>(
    'SELECT to_number FROM message WHERE id = $1',
    [id],
  );
  return rows[0]?.to_number ?? '';
}

describe('the search for duplicates', () => {
  it('finds none where every message was taken once', async () => {
    expect(await duplicates()).toBe(0);
  });

  it('finds an id that was taken twice', async () => {
    const [id = ''] = evidence.ids;
    evidence.ledger.push(acceptance(id, await numberOf(id)));
    expect(await duplicates()).toBe(1);
  });

  it('finds a message that the database does not know', async () => {
    evidence.ledger.push(acceptance('20261100-0000-8000-a000-000000000000', '12065550142'));
    expect(await duplicates()).toBe(1);
  });

  it('finds a message that went to another number than its own', async () => {
    await evidence.pool.query(`UPDATE message SET to_number = '+12065550142' WHERE id = $1`, [
      evidence.ids[0],
    ]);
    expect(await duplicates()).toBe(1);
  });

  it("finds a second message of a customer's visit, whatever partition it is in", async () => {
    const [id = ''] = evidence.ids;
    await evidence.pool.query('UPDATE message SET occasion = NULL WHERE id = $1', [id]);
    const twin = await twinOf(evidence.run, id, 'the same');
    evidence.ledger.push(acceptance(twin, await numberOf(id)));
    expect(await duplicates()).toBe(1);
  });

  it('finds a second message to one number in one occasion, whosever it is', async () => {
    const [id = ''] = evidence.ids;
    const twin = await twinOf(evidence.run, id, 'another');
    evidence.ledger.push(acceptance(twin, await numberOf(id)));
    expect(await duplicates()).toBe(1);
  });
});

describe('the search for calls without a claim', () => {
  const again = async (id: string): Promise<void> => {
    const to = await numberOf(id);
    evidence.ledger.push({ kind: 'duplicate_refused', id, to, seen: Date.now(), at: Date.now() });
  };
  const unclaimed = (): Promise<number> => countUnclaimedCalls(evidence.pool, evidence.ledger);

  it('finds none where every call has a claim, that of a repeat as well', async () => {
    const [id = ''] = evidence.ids;
    await again(id);
    await repeatAt(evidence, id, Date.now());
    expect(await unclaimed()).toBe(0);
  });

  it('finds a second call of one claim, though the provider refused it', async () => {
    const [id = '', other = ''] = evidence.ids;
    await again(id);
    await again(other);
    await again(other);
    expect(await unclaimed()).toBe(3);
  });
});
