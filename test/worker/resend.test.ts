import { createLog } from '../../config/log.ts';
import type { Dependencies } from '../../activities/dependencies.ts';
import { foldPendingReceipts } from '../../database/fold-receipts.ts';
import { closeDependencies, createDependencies } from '../../worker/dependencies.ts';
import { makeResends } from '../../worker/resend.ts';
import { eventually } from '../support/eventually.ts';
import type { LaunchedRun } from '../support/launched-run.ts';
import { ledgerOf, receiptOf, receive, type MessageRow } from '../support/ledger.ts';
import { expectProblem } from '../support/problem.ts';
import { TestStack } from '../support/test-stack.ts';
import { runUnresolved } from '../support/unresolved.ts';
import { withClockAhead } from '../support/clock-ahead.ts';

let stack: TestStack;
let deps: Dependencies;

beforeAll(async () => {
  stack = await TestStack.start({ engine: false });
  const { config, database } = stack;
  deps = createDependencies({ config, log: createLog('test', 'silent'), pool: database.pool });
});
afterAll(async () => {
  await closeDependencies(deps);
  await stack.stop();
});

interface Message {
  readonly state: string;
  readonly decisions: readonly { readonly outcome: string; readonly refusal: string | null }[];
}

const resend = (id: string): ReturnType<typeof stack.api.call<Message>> =>
  stack.api.call<Message>('POST', `/v1/messages/${id}/resolve`, { action: 'resend', reason: 'never got it' });

const readMessage = async (id: string): Promise<Message> =>
  (await stack.api.call<Message>('GET', `/v1/messages/${id}`)).body;

async function unresolvedMessage(phone?: string): Promise<{ run: LaunchedRun; id: string }> {
  const { run, ids } = await runUnresolved(stack.database.pool, 1, phone === undefined ? {} : { phone });
  return { run, id: ids[0] ?? '' };
}

/** How often the provider has taken the message. */
const taken = (id: string): number =>
  stack.simulator.ledger.rows.filter((row) => row.kind === 'accepted' && row.id === id).length;

async function rowOf(run: LaunchedRun): Promise<MessageRow | undefined> {
  return (await ledgerOf(run))[0];
}

const optOut = (run: LaunchedRun): Promise<unknown> =>
  stack.api.call('POST', '/v1/suppressions', { phone: run.members[0]?.phone });

describe('a message that an operator sends again', () => {
  it('is offered once under its own id, however late it has become and however often it is said', async () => {
    const { run, id } = await unresolvedMessage();
    expect(await resend(id)).toMatchObject({
      status: 202,
      body: { state: 'unresolved', decisions: [{ outcome: 'pending' }] },
    });
    expect((await resend(id)).status).toBe(200);
    await Promise.all([makeResends(deps), makeResends(deps), makeResends(deps)]);
    expect(await rowOf(run)).toMatchObject({ id, state: 'accepted', attempts: 2, ended_at: null });
    expect(taken(id)).toBe(1);
    expect((await resend(id)).status).toBe(200);
    await makeResends(deps);
    expect(taken(id)).toBe(1);
    expect((await readMessage(id)).decisions).toMatchObject([{ outcome: 'done' }]);
  });

  it('stays unresolved where the gate keeps it in, and the answer, its row and its run say so', async () => {
    const { run, id } = await unresolvedMessage();
    await optOut(run);
    expect(expectProblem(await resend(id), 409, 'resend_refused').detail).toContain('opted out');
    expect(await rowOf(run)).toMatchObject({
      state: 'unresolved',
      error: 'repeat refused: opted_out',
      look_at: null,
    });
    expect((await readMessage(id)).decisions).toMatchObject([{ outcome: 'refused', refusal: 'opted_out' }]);
    expect((await stack.api.readRun(run.runId)).messages).toEqual({ unresolved_gated: 1 });
    await makeResends(deps);
    expect(taken(id)).toBe(0);
  });

  it('is not sent after a STOP that came in between', async () => {
    const { run, id } = await unresolvedMessage();
    await resend(id);
    await optOut(run);
    await makeResends(deps);
    expect(await rowOf(run)).toMatchObject({
      state: 'unresolved',
      error: 'repeat refused: opted_out',
      look_at: null,
    });
    expect((await readMessage(id)).decisions).toMatchObject([{ outcome: 'refused', refusal: 'opted_out' }]);
    expect(taken(id)).toBe(0);
  });

  it('is not sent once a report has come in between', async () => {
    const { run, id } = await unresolvedMessage();
    await resend(id);
    await receive(run, receiptOf(id, 'delivered'));
    await foldPendingReceipts(stack.database.pool, { limit: 10, receiptSlackMs: 1_000 });
    await makeResends(deps);
    expect(taken(id)).toBe(0);
    expect(await readMessage(id)).toMatchObject({
      state: 'delivered',
      decisions: [{ outcome: 'overtaken' }],
    });
  });

  it('is tried again when the provider could not take it now', async () => {
    const { run, id } = await unresolvedMessage('+12065550157');
    await resend(id);
    await makeResends(deps);
    expect(await rowOf(run)).toMatchObject({
      state: 'unresolved',
      status_code: 'E429',
      look_at: expect.any(Date) as Date,
    });
    const accepted = await eventually(async () => {
      await makeResends(deps);
      const row = await rowOf(run);
      return row?.state === 'accepted' ? row : undefined;
    });
    expect(accepted).toMatchObject({ attempts: 3, error: null });
    expect(taken(id)).toBe(1);
  });

  it('waits while an operator holds it, and is sent once the hold is lifted', async () => {
    const { run, id } = await unresolvedMessage();
    await resend(id);
    const hold = { scope: 'category', key: 'marketing', reason: 'a complaint' };
    await stack.api.call('PUT', '/v1/holds', hold);
    await makeResends(deps);
    expect(await rowOf(run)).toMatchObject({ state: 'unresolved', look_at: expect.any(Date) as Date });
    expect(taken(id)).toBe(0);
    await stack.api.call('DELETE', '/v1/holds?scope=category&key=marketing');
    await eventually(async () => {
      await makeResends(deps);
      return taken(id) === 1;
    });
  });

  it('waits at least a second for its next turn, whatever the clock of its process says', async () => {
    const { run, id } = await unresolvedMessage();
    await resend(id);
    await stack.api.call('PUT', '/v1/holds', { scope: 'category', key: 'marketing', reason: 'a complaint' });
    const { rows } = await stack.database.pool.query<{ now: Date }>('SELECT clock_timestamp() AS now');
    await withClockAhead(3_600_000, () => makeResends(deps));
    const pausedMs = Number((await rowOf(run))?.look_at) - Number(rows[0]?.now);
    await stack.api.call('DELETE', '/v1/holds?scope=category&key=marketing');
    expect(pausedMs).toBeGreaterThanOrEqual(1_000);
    expect(pausedMs).toBeLessThan(60_000);
  });

  it('is in doubt again, and looked up from the start, when nobody can tell what came of that either', async () => {
    const { run, id } = await unresolvedMessage('+12065550158');
    await resend(id);
    await makeResends(deps);
    const row = await rowOf(run);
    expect(row).toMatchObject({ state: 'unknown', looks: 0, ended_at: null });
    expect(row?.look_at?.getTime()).toBeGreaterThan(Date.now());
    expect(row?.stale_at.getTime()).toBeGreaterThan(Date.now());
  });
});
