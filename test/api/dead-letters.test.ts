import { foldPendingReceipts, type FoldResult } from '../../database/fold-receipts.ts';
import { messageId } from '../../database/ids.ts';
import { consentingCustomers, launchRun, type LaunchedRun } from '../support/launched-run.ts';
import { claim, eventsOf, messageOf, receiptOf, receive } from '../support/ledger.ts';
import { otherProject } from '../support/other-project.ts';
import { expectProblem } from '../support/problem.ts';
import { TestStack } from '../support/test-stack.ts';

interface Unmatched {
  readonly id: string;
  readonly state: string;
  readonly reason: string | null;
  readonly messageId: string;
  readonly nextTryAt: string | null;
}
interface Page {
  readonly receipts: readonly Unmatched[];
  readonly next: string | null;
}
interface Replayed {
  readonly replayed: number;
  readonly more: boolean;
}

let stack: TestStack;
let run: LaunchedRun;

beforeAll(async () => {
  stack = await TestStack.start({ engine: false });
});
afterAll(() => stack.stop());

beforeEach(async () => {
  await stack.database.pool.query('DELETE FROM receipt; DELETE FROM receipt_replay');
  run = await launchRun(stack.database.pool, { customers: consentingCustomers(3) });
});

const fold = (): Promise<FoldResult> =>
  foldPendingReceipts(stack.database.pool, { limit: 100, receiptSlackMs: 300_000 });

const list = async (state: string): Promise<readonly Unmatched[]> =>
  (await stack.api.call<Page>('GET', `/v1/receipts?state=${state}`)).body.receipts;

const replay = (more: object = {}): ReturnType<typeof stack.api.call<Replayed>> =>
  stack.api.call<Replayed>('POST', '/v1/receipts/replay', { reason: 'the database is back', ...more });

/** The ids that the members' messages will have, before there are messages. */
function futureIds(): readonly string[] {
  return run.members.map(({ customerId }) =>
    messageId(run.month, { runId: run.runId, customerId, entryKey: '1', actionId: 1, pass: 1, leg: 0 }),
  );
}

/** Receipts of messages that have not come up for over three days. */
async function deadLetters(ids: readonly string[]): Promise<void> {
  await receive(run, ...ids.map((id) => receiptOf(id, 'delivered')));
  await fold();
  await stack.database.pool.query(
    `UPDATE receipt SET received_at = received_at - interval '73 hours', fold_at = now() WHERE fold_at IS NOT NULL`,
  );
  await fold();
}

describe('a delivery report whose message is not there', () => {
  it('is an orphan, then a dead letter, and is applied exactly once when it is replayed after its message has come', async () => {
    const [id = ''] = futureIds();
    await receive(run, receiptOf(id, 'delivered'));
    expect(await list('orphan')).toEqual([]);
    await fold();
    expect(await list('orphan')).toMatchObject([{ messageId: id, state: 'orphan', reason: null }]);

    await deadLetters([id]);
    expect(await list('orphan')).toEqual([]);
    expect(await list('dead-letter')).toMatchObject([
      { messageId: id, reason: 'no_message', nextTryAt: null },
    ]);

    await claim(run);
    expect(await fold()).toMatchObject({ taken: 0 });
    expect((await replay()).body).toEqual({ replayed: 1, more: false });
    expect((await replay()).body).toEqual({ replayed: 0, more: false });
    expect(await fold()).toMatchObject({ taken: 1, applied: 1 });
    expect(await messageOf(stack.database.pool, id)).toMatchObject({ state: 'delivered' });
    expect(await list('dead-letter')).toEqual([]);
    expect((await replay()).body).toEqual({ replayed: 0, more: false });
    expect(await fold()).toMatchObject({ taken: 0 });
    expect((await eventsOf(run)).map(({ status }) => status).sort()).toEqual(['delivered', 'enqueued']);
  });

  it('is a dead letter again when a replay finds no message either, and says who had it tried', async () => {
    await deadLetters(futureIds().slice(0, 1));
    await replay();
    await fold();
    expect(await list('dead-letter')).toMatchObject([
      {
        reason: 'no_message',
        replay: { reason: 'the database is back', actor: expect.any(String) as string },
      },
    ]);
    const { rows } = await stack.database.pool.query('SELECT reason, actor, replayed FROM receipt_replay');
    expect(rows).toMatchObject([{ reason: 'the database is back', replayed: 1 }]);
  });

  it('with an id that can not be ours is a dead letter at once, and no replay changes that', async () => {
    await receive(run, receiptOf('an-id-of-somebody-else', 'delivered'));
    await fold();
    const [foreign] = await list('dead-letter');
    expect(foreign).toMatchObject({ reason: 'foreign_id', messageId: 'an-id-of-somebody-else' });
    expect((await replay({ ids: [foreign?.id] })).body).toEqual({ replayed: 0, more: false });
    await fold();
    expect(await list('dead-letter')).toEqual([foreign]);
  });

  it('shows no phone number, wherever the provider has put one', async () => {
    const phone = run.members[0]?.phone ?? '';
    await receive(run, receiptOf(phone, 'failed', { statusCode: `x ${phone}`, error: `To ${phone}: no.` }));
    await fold();
    const { text } = await stack.api.call('GET', '/v1/receipts?state=dead-letter');
    expect(text).toContain('[number]');
    expect(text).not.toContain(phone.slice(1));
  });
});

describe('a replay', () => {
  it('takes only what fits: ids, integration and time', async () => {
    await deadLetters(futureIds());
    const all = await list('dead-letter');
    expect(all).toHaveLength(3);
    const dayAgo = new Date(Date.now() - 86_400_000).toISOString();
    expect((await replay({ receivedFrom: dayAgo })).body).toEqual({ replayed: 0, more: false });
    expect((await replay({ integration: 'infobip', ids: [all[1]?.id] })).body).toEqual({
      replayed: 1,
      more: false,
    });
    expect((await list('dead-letter')).map(({ id }) => id)).toEqual([all[0]?.id, all[2]?.id]);
    expect((await replay({ receivedBefore: dayAgo })).body).toEqual({ replayed: 2, more: false });
    expectProblem(await replay({ integration: 'nobody' }), 422, 'bad_body');
    expectProblem(await replay({ reason: '' }), 422, 'bad_body');
  });

  it('takes as many as it is told to and says that there are more; each is taken by one of several', async () => {
    await deadLetters(futureIds());
    expect((await replay({ limit: 1 })).body).toEqual({ replayed: 1, more: true });
    const answers = await Promise.all([replay(), replay(), replay()]);
    expect(answers.reduce((sum, { body }) => sum + body.replayed, 0)).toBe(2);
  });

  it('and the list are about the own project only', async () => {
    await deadLetters(futureIds());
    const other = await otherProject(stack);
    expect((await other.call<Page>('GET', '/v1/receipts?state=dead-letter')).body.receipts).toEqual([]);
    const answer = await other.call('POST', '/v1/receipts/replay', { reason: 'curious' });
    expect(answer.body).toEqual({ replayed: 0, more: false });
    expect(await list('dead-letter')).toHaveLength(3);
  });
});

it('the list is read in pages: everything once', async () => {
  await deadLetters(futureIds());
  const whole = (await list('dead-letter')).map(({ id }) => id);
  const first = (await stack.api.call<Page>('GET', '/v1/receipts?state=dead-letter&limit=2')).body;
  const second = (
    await stack.api.call<Page>('GET', `/v1/receipts?state=dead-letter&limit=2&cursor=${first.next ?? ''}`)
  ).body;
  expect([...first.receipts, ...second.receipts].map(({ id }) => id)).toEqual(whole);
  expect(second.next).toBeNull();
  expectProblem(await stack.api.call('GET', '/v1/receipts'), 400, 'bad_query');
});
