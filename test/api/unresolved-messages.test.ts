import { foldPendingReceipts } from '../../database/fold-receipts.ts';
import type { ReceiptState } from '../../domain/states.ts';
import type { LaunchedRun } from '../support/launched-run.ts';
import { eventsOf, messageOf, receiptOf, receive } from '../support/ledger.ts';
import { otherProject } from '../support/other-project.ts';
import { expectProblem } from '../support/problem.ts';
import { TestStack } from '../support/test-stack.ts';
import { runUnresolved } from '../support/unresolved.ts';

interface Message {
  readonly id: string;
  readonly runId: string;
  readonly node_id: string;
  readonly state: string;
  readonly assumed: boolean;
  readonly decisions: readonly {
    readonly action: string;
    readonly reason: string;
    readonly outcome: string;
  }[];
}
interface Page {
  readonly messages: readonly Message[];
  readonly next: string | null;
}
interface Story {
  readonly entries: readonly { readonly steps: readonly { readonly explanation: string }[] }[];
}

let stack: TestStack;

beforeAll(async () => {
  stack = await TestStack.start({ engine: false });
});
afterAll(() => stack.stop());

const resolve = (
  id: string,
  action: string,
  reason = 'asked the customer',
): ReturnType<typeof stack.api.call<Message>> =>
  stack.api.call<Message>('POST', `/v1/messages/${id}/resolve`, { action, reason });

async function unresolvedMessage(): Promise<{ run: LaunchedRun; id: string }> {
  const { run, ids } = await runUnresolved(stack.database.pool);
  return { run, id: ids[0] ?? '' };
}

async function fold(run: LaunchedRun, id: string, state: ReceiptState): Promise<void> {
  await receive(run, receiptOf(id, state));
  await foldPendingReceipts(stack.database.pool, { limit: 100, receiptSlackMs: 1_000 });
}

describe('unresolved messages', () => {
  it('are listed page by page, of all runs or of one, and to nobody else', async () => {
    const [one, two] = [
      await runUnresolved(stack.database.pool, 2),
      await runUnresolved(stack.database.pool),
    ];
    const first = (await stack.api.call<Page>('GET', '/v1/messages?state=unresolved&limit=2')).body;
    const path = `/v1/messages?state=unresolved&limit=2&cursor=${first.next ?? ''}`;
    const second = (await stack.api.call<Page>('GET', path)).body;
    const listed = [...first.messages, ...second.messages].map(({ id }) => id);
    expect(listed.sort()).toEqual([...one.ids, ...two.ids].sort());
    const ofRun = await stack.api.call<Page>('GET', `/v1/messages?state=unresolved&runId=${one.run.runId}`);
    expect(ofRun.body.messages.map(({ id }) => id).sort()).toEqual([...one.ids].sort());
    expect(ofRun.body.messages[0]).toMatchObject({ runId: one.run.runId, node_id: 'send', decisions: [] });
    expect(ofRun.text).not.toContain(one.run.members[0]?.phone.slice(2));

    const other = await otherProject(stack);
    expect((await other.call<Page>('GET', '/v1/messages?state=unresolved')).body.messages).toEqual([]);
    expectProblem(await other.call('GET', `/v1/messages/${one.ids[0] ?? ''}`), 404, 'not_found');
    const foreign = await other.call('POST', `/v1/messages/${one.ids[0] ?? ''}/resolve`, {
      action: 'assume-delivered',
      reason: 'mine',
    });
    expectProblem(foreign, 404, 'not_found');
  });

  it('are the only ones that are listed without naming a run', async () => {
    expectProblem(await stack.api.call('GET', '/v1/messages?state=accepted'), 400, 'bad_query');
    const { run } = await unresolvedMessage();
    const path = `/v1/messages?runId=${run.runId}`;
    expect((await stack.api.call<Page>('GET', path)).body.messages).toMatchObject([{ state: 'unresolved' }]);
    expect((await stack.api.call<Page>('GET', `${path}&state=accepted`)).body.messages).toEqual([]);
  });
});

describe('a message that an operator takes for delivered', () => {
  it('is delivered, says who decided so and why, and tracks nothing that nobody knows', async () => {
    const { run, id } = await unresolvedMessage();
    await stack.database.pool.query(
      `INSERT INTO trace (month, cohort_id, node_id, pass, outcome, reason, run_id, outlet, exit, members, first_at, last_at)
       SELECT month, id, node_id, 1, outcome, '', run_id, 'next', exit, '\\x01', now(), now() FROM cohort, (VALUES
         ('start', 'next', NULL), ('send', 'unresolved', 'end')) AS step (node_id, outcome, exit)
       WHERE run_id = $1`,
      [run.runId],
    );
    await stack.database.pool.query(
      `UPDATE trace SET next_node_id = 'send' WHERE node_id = 'start' AND run_id = $1`,
      [run.runId],
    );
    const { status, body } = await resolve(id, 'assume-delivered', 'she thanked us');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      state: 'delivered',
      assumed: true,
      error: null,
      decisions: [{ action: 'assume-delivered', reason: 'she thanked us', outcome: 'done' }],
    });
    expect(await eventsOf(run)).toEqual([]);
    const customer = run.members[0]?.externalId ?? '';
    const story = (await stack.api.call<Story>('GET', `/v1/runs/${run.runId}/customers/${customer}`)).body;
    const explanation = story.entries[0]?.steps[1]?.explanation;
    expect(explanation).toMatch(
      /an operator decides\. An operator \(key \w+\) took it for delivered: she thanked us\.$/,
    );
  });

  it('is so once: the same decision changes nothing, another one is refused', async () => {
    const { id } = await unresolvedMessage();
    const answers = await Promise.all(Array.from({ length: 5 }, () => resolve(id, 'assume-delivered')));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    expect(answers[0]?.body.decisions).toHaveLength(1);
    expectProblem(await resolve(id, 'resend'), 409, 'not_unresolved');
  });

  it.each([
    ['failed', 'failed', false],
    ['expired', 'expired', false],
    ['delivered', 'delivered', false],
    ['accepted', 'delivered', true],
    ['dispatched', 'delivered', true],
  ] as const)('and is reported as %s is %s', async (reported, state, assumed) => {
    const { run, id } = await unresolvedMessage();
    await resolve(id, 'assume-delivered');
    await fold(run, id, reported);
    const { body } = await stack.api.call<Message>('GET', `/v1/messages/${id}`);
    expect(body).toMatchObject({ state, assumed, decisions: [{ action: 'assume-delivered' }] });
    expect((await messageOf(stack.database.pool, id)).ended_at).not.toBeNull();
  });
});

describe('a decision', () => {
  it('is for unresolved messages only, and needs a reason', async () => {
    const { run, id } = await unresolvedMessage();
    await fold(run, id, 'delivered');
    expectProblem(await resolve(id, 'assume-delivered'), 409, 'not_unresolved');
    expectProblem(await resolve(id, 'assume-delivered', ''), 422, 'bad_body');
    expectProblem(await resolve('00000000-0000-0000-0000-000000000000', 'resend'), 404, 'not_found');
    expectProblem(await resolve('none', 'resend'), 404, 'not_found');
  });
});
