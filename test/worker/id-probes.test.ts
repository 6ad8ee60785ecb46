import { foldPendingReceipts } from '../../database/fold-receipts.ts';
import { longestRepeatMs } from '../../domain/id-probe.ts';
import { eventually } from '../support/eventually.ts';
import {
  infobipAnswering,
  infobipOf,
  makeProbes,
  passWaits,
  readProbed,
  startProbe,
  TESTER,
  type ProbedView,
  type Status,
} from '../support/id-probes.ts';
import type { RecordingServer } from '../support/recording-server.ts';
import { TestStack } from '../support/test-stack.ts';

const ACCEPTED: Status = [1, 26];
const KNOWN_ID: Status = [5, 23];
const REJECTED: Status = [5, 14];
/** Infobip's own trouble: it says that it has not taken the message. */
const SYSTEM_ERROR: Status = [5, 21];
const NEVER_HEARD_OF: Status = [9, 999];
const HOUR = 3_600_000;

let stack: TestStack;
const standIns: RecordingServer[] = [];

beforeAll(async () => {
  stack = await TestStack.start({ engine: false });
});
beforeEach(() => stack.api.call('POST', '/v1/test-recipients', TESTER));
afterEach(async () => {
  await stack.api.call('DELETE', `/v1/test-recipients/${TESTER.name}`);
  await stack.database.pool.query(
    'UPDATE id_probe SET due_at = NULL, ended_at = now(); DELETE FROM breaker; DELETE FROM hold',
  );
  for (const standIn of standIns.splice(0)) await standIn.stop();
});
afterAll(() => stack.stop());

/** A probe whose message has been offered, at a stand-in that answers so. */
async function offered(
  ...answers: readonly Status[]
): Promise<{ readonly id: string; readonly standIn: RecordingServer }> {
  const standIn = await infobipAnswering(...answers);
  standIns.push(standIn);
  const id = await infobipOf(stack, standIn.url);
  expect((await startProbe(stack, id)).status).toBe(202);
  await makeProbes(stack);
  return { id, standIn };
}

async function repeated(id: string): Promise<ProbedView> {
  await passWaits(stack);
  await makeProbes(stack);
  return readProbed(stack, id);
}

const offersOf = ({ requests }: RecordingServer): number =>
  requests.filter(({ method }) => method === 'POST').length;

describe('a probe', () => {
  it('repeats its id after the longest delay at which a message would be, and verifies the channel that refuses it', async () => {
    const id = await infobipOf(stack, stack.simulatorUrl);
    await startProbe(stack, id);
    await makeProbes(stack);
    const waiting = await readProbed(stack, id);
    expect(waiting).toMatchObject({
      idempotentIds: 'assumed',
      verifiedChannels: [],
      idProbe: { state: 'waiting' },
    });
    const waitMs = Date.parse(waiting.idProbe?.repeatAt ?? '') - Date.parse(waiting.idProbe?.startedAt ?? '');
    expect(waitMs).toBeGreaterThan(4 * HOUR);
    expect(waitMs).toBeLessThan(4 * HOUR + 60_000);
    await makeProbes(stack);
    expect(await repeated(id)).toMatchObject({
      ...{ idempotentIds: 'verified', verifiedChannels: ['sms'] },
      idProbe: { state: 'verified', to: 'ana', reason: null, repeatAt: null },
    });
    const { messageId } = waiting.idProbe ?? { messageId: '' };
    const rows = stack.simulator.ledger.rows.filter((row) => row.id === messageId && row.kind !== 'reported');
    expect(rows.map(({ kind }) => kind)).toEqual(['accepted', 'duplicate_refused']);
  });

  it('has reports that are no dead letters', async () => {
    const id = await infobipOf(stack, stack.simulatorUrl);
    await startProbe(stack, id);
    await makeProbes(stack);
    const { pool } = stack.database;
    const messageId = (await readProbed(stack, id)).idProbe?.messageId;
    const stored = async (): Promise<{ folded: boolean; dead: string | null } | undefined> => {
      await foldPendingReceipts(pool, { limit: 100, receiptSlackMs: 1_000 });
      const { rows } = await pool.query<{ folded: boolean; dead: string | null }>(
        'SELECT folded_at IS NOT NULL AS folded, dead_reason AS dead FROM receipt WHERE message_id = $1',
        [messageId],
      );
      return rows[0]?.folded || rows[0]?.dead !== null ? rows[0] : undefined;
    };
    expect(await eventually(stored)).toEqual({ folded: true, dead: null });
    for (const state of ['orphan', 'dead-letter']) {
      const { body } = await stack.api.call('GET', `/v1/receipts?state=${state}`);
      expect(body).toMatchObject({ receipts: [] });
    }
  });

  it('finds that an account takes a known id again, and takes back what was known', async () => {
    const { id, standIn } = await offered(ACCEPTED, KNOWN_ID, ACCEPTED);
    expect(await repeated(id)).toMatchObject({ idempotentIds: 'verified', verifiedChannels: ['sms'] });
    await startProbe(stack, id);
    await makeProbes(stack);
    expect(await repeated(id)).toMatchObject({
      ...{ idempotentIds: 'no', verifiedChannels: [] },
      idProbe: { state: 'not_verified' },
    });
    expect(offersOf(standIn)).toBe(4);
  });

  it('waits anew when its repeat died with its process, and is verified by no answer that this one could explain', async () => {
    const { id, standIn } = await offered(ACCEPTED, KNOWN_ID);
    await stack.database.pool.query('UPDATE id_probe SET call_token = gen_random_uuid(), due_at = now()');
    await makeProbes(stack);
    const { idProbe, idempotentIds } = await readProbed(stack, id);
    expect({ state: idProbe?.state, idempotentIds }).toEqual({ state: 'waiting', idempotentIds: 'assumed' });
    const left = Date.parse(idProbe?.repeatAt ?? '') - Date.now();
    expect(left).toBeGreaterThan(longestRepeatMs(stack.config.timings) - 60_000);
    expect(offersOf(standIn)).toBe(1);
    expect(await repeated(id)).toMatchObject({ idProbe: { state: 'verified' } });
  });

  it.each([
    ['nobody knows whether its message was taken', NEVER_HEARD_OF, 'no_answer'],
    ['its message is refused', REJECTED, 'message_refused'],
    ['a new id is refused as known', KNOWN_ID, 'new_id_refused'],
  ])('fails when %s', async (_case, answer, reason) => {
    const { id, standIn } = await offered(answer);
    expect(await repeated(id)).toMatchObject({
      idempotentIds: 'assumed',
      idProbe: { state: 'failed', reason },
    });
    expect(offersOf(standIn)).toBe(1);
  });

  it('fails when its repeat is refused for another reason', async () => {
    const { id } = await offered(ACCEPTED, REJECTED);
    const probed = await repeated(id);
    expect(probed).toMatchObject({ idempotentIds: 'assumed', verifiedChannels: [] });
    expect(probed.idProbe).toMatchObject({ state: 'failed', reason: 'message_refused', statusCode: '14' });
  });

  it('is made again when provably nothing of it has left', async () => {
    const { id, standIn } = await offered(ACCEPTED, SYSTEM_ERROR, KNOWN_ID);
    expect(await repeated(id)).toMatchObject({ idProbe: { state: 'waiting' } });
    expect(await repeated(id)).toMatchObject({ idProbe: { state: 'verified' } });
    expect(offersOf(standIn)).toBe(3);
  });

  it.each([
    ['address', { baseUrl: 'http://127.0.0.1:1', credentials: { apiKey: 'simulated' } }],
    ['credentials', { credentials: { apiKey: 'another' } }],
  ])('is abandoned when the account gets another %s', async (_what, change) => {
    const { id, standIn } = await offered(ACCEPTED, KNOWN_ID);
    expect((await stack.api.call('PATCH', `/v1/integrations/${id}`, change)).status).toBe(200);
    expect(await repeated(id)).toMatchObject({
      ...{ idempotentIds: 'assumed', verifiedChannels: [] },
      idProbe: { state: 'abandoned', reason: 'account_changed' },
    });
    expect(offersOf(standIn)).toBe(1);
  });

  it('says nothing any more of an account that was exchanged after it was verified', async () => {
    const { id } = await offered(ACCEPTED, KNOWN_ID);
    await repeated(id);
    await stack.api.call('PATCH', `/v1/integrations/${id}`, { credentials: { apiKey: 'another' } });
    expect(await readProbed(stack, id)).toMatchObject({
      ...{ idempotentIds: 'assumed', verifiedChannels: [], idProbe: { state: 'abandoned' } },
    });
  });

  it('goes on when only its pace is changed', async () => {
    const { id } = await offered(ACCEPTED, KNOWN_ID);
    await stack.api.call('PATCH', `/v1/integrations/${id}`, { messagesPerSecond: 7 });
    expect(await repeated(id)).toMatchObject({ idProbe: { state: 'verified' } });
  });

  it.each([
    [
      'has another number',
      () => stack.api.call('PUT', `/v1/test-recipients/${TESTER.name}`, { phone: '+12065550149' }),
    ],
    ['is removed', () => stack.api.call('DELETE', `/v1/test-recipients/${TESTER.name}`)],
  ])('is abandoned when its test recipient %s', async (_what, change) => {
    const { id, standIn } = await offered(ACCEPTED, KNOWN_ID);
    await change();
    expect(await repeated(id)).toMatchObject({
      idProbe: { state: 'abandoned', reason: 'test_recipient_gone' },
    });
    expect(offersOf(standIn)).toBe(1);
  });

  it('repeats nothing to a number that has opted out', async () => {
    const { id, standIn } = await offered(ACCEPTED, KNOWN_ID);
    const body = { phone: TESTER.phone, reason: 'wrote STOP' };
    const { id: suppression } = (await stack.api.call<{ id: string }>('POST', '/v1/suppressions', body)).body;
    expect(await repeated(id)).toMatchObject({ idProbe: { state: 'failed', reason: 'opted_out' } });
    expect(offersOf(standIn)).toBe(1);
    await stack.api.call('DELETE', `/v1/suppressions/${suppression}`);
  });

  it('waits while its project is held', async () => {
    const { id, standIn } = await offered(ACCEPTED, KNOWN_ID);
    await stack.api.call('PUT', '/v1/holds', { scope: 'project', reason: 'a complaint' });
    expect(await repeated(id)).toMatchObject({ idProbe: { state: 'waiting' } });
    expect(offersOf(standIn)).toBe(1);
    await stack.api.call('DELETE', '/v1/holds?scope=project');
    expect(await repeated(id)).toMatchObject({ idProbe: { state: 'verified' } });
  });
});
