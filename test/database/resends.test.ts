import { decideMessage, readDecidedMessage } from '../../database/decide-message.ts';
import { refuseResend, settleDecision } from '../../database/resends.ts';
import type { MessageAction } from '../../domain/message-decision.ts';
import { claimScope, type LaunchedRun } from '../support/launched-run.ts';
import { ledgerOf } from '../support/ledger.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';
import { runUnresolved } from '../support/unresolved.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

async function decide(run: LaunchedRun, id: string, action: MessageAction): Promise<void> {
  const message = await readDecidedMessage(database.pool, run.projectId, run.month, id);
  if (!message) throw new Error('There is nothing to decide about.');
  await decideMessage(database.pool, message, {
    action,
    reason: 'lost',
    actor: 'test',
    gate: claimScope(run),
  });
}

async function decisionsOf(id: string): Promise<readonly object[]> {
  const { rows } = await database.pool.query<object>(
    'SELECT action, outcome, refusal FROM message_decision WHERE message_id = $1 ORDER BY number',
    [id],
  );
  return rows;
}

describe('a resend that the gate keeps in', () => {
  it('is refused, and its message says why', async () => {
    const { run, ids } = await runUnresolved(database.pool);
    const [id = ''] = ids;
    await decide(run, id, 'resend');
    await refuseResend(database.pool, { month: run.month, id }, 'opted_out');
    expect(await ledgerOf(run)).toMatchObject([
      { state: 'unresolved', error: 'repeat refused: opted_out', look_at: null },
    ]);
    expect(await decisionsOf(id)).toEqual([{ action: 'resend', outcome: 'refused', refusal: 'opted_out' }]);
  });

  it('is refused also after an attempt of which nothing was sent: nobody has got what was decided', async () => {
    const { run, ids } = await runUnresolved(database.pool);
    const [id = ''] = ids;
    const key = { month: run.month, id };
    await decide(run, id, 'resend');
    await settleDecision(database.pool, key, 'done');
    await refuseResend(database.pool, key, 'opted_out');
    expect(await decisionsOf(id)).toEqual([{ action: 'resend', outcome: 'refused', refusal: 'opted_out' }]);
  });

  it('is refused too late once an operator has taken the message for delivered: that decision holds', async () => {
    const { run, ids } = await runUnresolved(database.pool);
    const [id = ''] = ids;
    await decide(run, id, 'resend');
    await decide(run, id, 'assume-delivered');
    await refuseResend(database.pool, { month: run.month, id }, 'opted_out');
    expect(await ledgerOf(run)).toMatchObject([{ state: 'delivered', error: null }]);
    expect(await decisionsOf(id)).toEqual([
      { action: 'resend', outcome: 'refused', refusal: 'superseded' },
      { action: 'assume-delivered', outcome: 'done', refusal: null },
    ]);
  });
});
