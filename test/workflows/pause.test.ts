import { defineSearchAttributeKey } from '@temporalio/common';
import { SEARCH_ATTRIBUTES } from '../../domain/temporal-names.ts';
import { eventually } from '../support/eventually.ts';
import { chain, mms, NOW, ordinaryPhones, wait } from '../support/scenarios.ts';
import { TestStack } from '../support/test-stack.ts';

const STATE = defineSearchAttributeKey(SEARCH_ATTRIBUTES.state, 'KEYWORD');
let stack: TestStack;

beforeAll(async () => {
  stack = await TestStack.start({ simulator: { latencyMs: 20 } });
});
afterAll(() => stack.stop());

async function claims(runId: string): Promise<number> {
  const { rows } = await stack.database.pool.query<{ count: string }>(
    'SELECT count(*) FROM message WHERE run_id = $1',
    [runId],
  );
  return Number(rows[0]?.count);
}

/** Waits until the run's workflow can be found by this state. */
async function isFoundAs(state: string, workflowId: string): Promise<void> {
  await eventually(async () => {
    const description = await stack.client?.client.workflow.getHandle(workflowId).describe();
    return description?.typedSearchAttributes.get(STATE) === state ? true : undefined;
  });
}

describe('pausing a run in the middle', () => {
  it('stops it at once, shows so everywhere, and resuming takes everybody to the end', async () => {
    await stack.api.importConsenting(ordinaryPhones(1_200));
    const runId = await stack.api.run(chain('Paused', NOW, mms('first'), wait('rest', '1s'), mms('second')));
    await eventually(async () => ((await claims(runId)) > 100 ? true : undefined));
    const { status, body } = await stack.api.call('POST', `/v1/runs/${runId}/pause`, {
      reason: 'wrong text',
    });
    const atPause = await claims(runId);
    expect([status, body['state'], body['stateReason']]).toEqual([202, 'paused', 'wrong text']);
    expect(atPause).toBeLessThan(1_200);
    await isFoundAs('paused', String(body['workflowId']));
    expect(await claims(runId)).toBe(atPause);

    expect((await stack.api.call('POST', `/v1/runs/${runId}/resume`)).body['state']).toBe('running');
    const end = await stack.api.runEnd(runId);
    expect(end.state).toBe('finished');
    expect(end.messages).toEqual({ delivered: 2_400 });
    await isFoundAs('finished', end.workflowId);
  });

  it('is refused once the run has ended', async () => {
    const runId = await stack.api.run(chain('Over', NOW));
    await stack.api.runEnd(runId);
    for (const verb of ['pause', 'resume', 'finish', 'cancel']) {
      const answer = await stack.api.call<{ code: string }>('POST', `/v1/runs/${runId}/${verb}`);
      expect([answer.status, answer.body.code]).toEqual([409, 'run_ended']);
    }
  });
});

describe('a hold', () => {
  it('keeps everything of its target in until it is lifted', async () => {
    const put = (body: object): ReturnType<typeof stack.api.call> => stack.api.call('PUT', '/v1/holds', body);
    expect((await put({ scope: 'category', key: 'marketing', reason: 'a complaint' })).status).toBe(200);
    const runId = await stack.api.run(chain('Held', NOW, mms('only')));
    await eventually(async () => {
      const run = await stack.api.readRun(runId);
      return run.nodes.find(({ node_id }) => node_id === 'only')?.here === 1_200 ? true : undefined;
    });
    expect(await claims(runId)).toBe(0);
    expect((await stack.api.call('DELETE', '/v1/holds?scope=category&key=marketing')).body).toEqual({
      holds: [],
    });
    expect((await stack.api.runEnd(runId)).messages).toEqual({ delivered: 1_200 });
  });

  it('of what is not there is refused', async () => {
    for (const target of [
      { scope: 'sender', key: 'nobody' },
      { scope: 'sender' },
      { scope: 'project', key: 'x' },
      { scope: 'account', key: 'x' },
    ]) {
      const { status, text } = await stack.api.call('PUT', '/v1/holds', { ...target, reason: 'x' });
      expect([status, text]).toEqual([404, expect.stringContaining('no such thing to hold')]);
    }
  });
});
