import { eventually } from '../support/eventually.ts';
import { chain, mms, NOW } from '../support/scenarios.ts';
import { TestStack, type TestStackOptions } from '../support/test-stack.ts';

/** Taken by the provider, but the answer was lost; and never taken at all. */
const PHONES = { lost: '+12125550154', failed: '+12125550156' };

const QUICK = {
  callStartMs: 500,
  callMs: 500,
  recordMs: 500,
  claimGraceMs: 1_600,
  lookUpMs: [1_600, 2_000, 2_500, 3_000],
};

interface MessageRow {
  readonly id: string;
  readonly name: keyof typeof PHONES;
  readonly state: string;
  readonly attempts: number;
  readonly looks: number;
  readonly submissions: readonly string[];
}

let stack: TestStack;
let runId: string;

async function start(options: TestStackOptions): Promise<void> {
  stack = await TestStack.start({ timings: QUICK, ...options });
  await stack.api.importConsenting(PHONES);
  runId = await stack.api.run(chain('In doubt', NOW, mms('send')));
}

async function readMessages(): Promise<Readonly<Record<string, MessageRow>>> {
  const { rows } = await stack.database.pool.query<MessageRow>(
    `SELECT message.id, external_id AS name, state, attempts, looks,
            ARRAY(SELECT outcome FROM submission WHERE message.id = ANY (message_ids) ORDER BY started_at) AS submissions
     FROM message JOIN customer ON customer.id = message.customer_id WHERE run_id = $1`,
    [runId],
  );
  return Object.fromEntries(rows.map((row) => [row.name, row]));
}

/** Waits until a message is in a state. */
function reaches(name: keyof typeof PHONES, state: string): Promise<MessageRow> {
  return eventually(async () => {
    const message = (await readMessages())[name];
    return message?.state === state ? message : undefined;
  });
}

/** What the provider wrote down of a message. */
function ledgerOf({ id }: MessageRow): readonly string[] {
  return stack.simulator.ledger.rows.flatMap((row) =>
    row.id === id && row.kind !== 'reported' ? [row.kind] : [],
  );
}

afterEach(() => stack.stop());

describe('a message in doubt', () => {
  it('whose ids the provider may not know again is looked up, never offered again, and given up in the end', async () => {
    await start({ idempotentIds: 'assumed', simulator: { reportDelayMs: 60_000 } });
    const found = await reaches('lost', 'accepted');
    expect(found).toMatchObject({ attempts: 1, submissions: ['unknown'] });
    expect(ledgerOf(found)).toEqual(['accepted']);

    const givenUp = await reaches('failed', 'unresolved');
    expect(givenUp).toMatchObject({ attempts: 1, submissions: ['unknown'] });
    expect(givenUp.looks).toBeGreaterThanOrEqual(2);
    expect(ledgerOf(givenUp)).toEqual(['refused']);
    const run = await stack.api.readRun(runId);
    expect(run.messages).toMatchObject({ unresolved: 1 });
  });

  it('whose ids the provider knows again is offered once more under the same id, after the second miss', async () => {
    await start({ idempotentIds: 'verified', simulator: { reportDelayMs: 60_000, lookupLagMs: 60_000 } });
    const repeated = await reaches('failed', 'accepted');
    expect(repeated).toMatchObject({ attempts: 2, looks: 2, submissions: ['unknown', 'accepted'] });
    expect(ledgerOf(repeated)).toEqual(['refused', 'accepted']);

    // The provider had taken this one and could not find it: it refuses the repeat, and so proves the first offer.
    const proven = await reaches('lost', 'accepted');
    expect(proven).toMatchObject({ attempts: 2, looks: 2, submissions: ['unknown', 'duplicate_id'] });
    expect(ledgerOf(proven)).toEqual(['accepted', 'duplicate_refused']);
  });
});
