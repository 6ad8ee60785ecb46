import { randomUUID } from 'node:crypto';
import { claimMessages } from '../../database/claim-messages.ts';
import { freezeAudience } from '../../database/freeze-audience.ts';
import type { ApiAnswer } from '../support/api.ts';
import { candidatesOf, claimScope, launchRun } from '../support/launched-run.ts';
import { otherProject } from '../support/other-project.ts';
import { entriesOf, expectProblem } from '../support/problem.ts';
import { chain, mms, NOW, ordinaryPhones } from '../support/scenarios.ts';
import { TestStack } from '../support/test-stack.ts';

let stack: TestStack;
let scenarioId: string;

beforeAll(async () => {
  stack = await TestStack.start({ engine: false });
  await stack.api.importConsenting(ordinaryPhones(20), { group: 'twenty' });
  scenarioId = await stack.api.createScenario(scenario('Twenty'));
});
afterAll(() => stack.stop());

const scenario = (name: string): object =>
  chain(
    name,
    { ...NOW, config: { audience: { attribute: 'group', op: 'eq', value: 'twenty' } } },
    mms('send'),
  );

function launch(id: string, body: object, key: string = randomUUID()): Promise<ApiAnswer<{ id: string }>> {
  return stack.api.call('POST', `/v1/scenarios/${id}/launch`, body, { 'idempotency-key': key });
}

async function launched(id: string, body: object = {}): Promise<string> {
  const answer = await launch(id, body);
  if (answer.status !== 202) throw new Error(answer.text);
  return answer.body.id;
}

async function cancelledRunOf(id: string): Promise<string> {
  const runId = await launched(id);
  const { status, text } = await stack.api.call('POST', `/v1/runs/${runId}/cancel`);
  if (status >= 300) throw new Error(text);
  return runId;
}

describe('a launch that says how many customers it expects', () => {
  it('is taken if the audience is off by at most 10 %', async () => {
    for (const expectedAudience of [20, 19, 22]) await launched(scenarioId, { expectedAudience });
  });

  it('is refused with both figures if it is off by more, and its key stays free', async () => {
    for (const expectedAudience of [0, 18, 23, 1_000]) {
      const problem = expectProblem(
        await launch(scenarioId, { expectedAudience }, 'off'),
        409,
        'unexpected_audience',
      );
      expect(problem.detail).toContain(`The audience is 20, the launch expects ${expectedAudience}`);
    }
    expect((await launch(scenarioId, { expectedAudience: 20 }, 'off')).status).toBe(202);
  });

  it('is answered as before under the same key, though the audience has changed, and refused with another figure', async () => {
    const id = await stack.api.createScenario(scenario('Growing'));
    const first = await launch(id, { expectedAudience: 20 }, 'growing');
    await stack.api.importConsenting(ordinaryPhones(10, 'more'), { group: 'twenty' });
    try {
      const again = await launch(id, { expectedAudience: 20 }, 'growing');
      expect([again.status, again.body]).toEqual([202, first.body]);
      expectProblem(await launch(id, { expectedAudience: 30 }, 'growing'), 422, 'idempotency_key_reused');
    } finally {
      await stack.api.importConsenting(ordinaryPhones(10, 'more'), { group: 'others' });
    }
  });

  it('must do so in mode live', async () => {
    const setMode = (mode: string): Promise<unknown> =>
      stack.database.pool.query('UPDATE project SET mode = $1', [mode]);
    await setMode('live');
    try {
      const problem = expectProblem(await launch(scenarioId, {}), 422, 'bad_body');
      expect(entriesOf(problem)).toEqual([['/expectedAudience', 'bad_field']]);
    } finally {
      await setMode('simulator');
    }
  });

  it('must give a whole number that is not negative', async () => {
    for (const expectedAudience of [-1, 1.5, '20', null]) {
      const problem = expectProblem(await launch(scenarioId, { expectedAudience }), 422, 'bad_body');
      expect(entriesOf(problem)).toEqual([['/expectedAudience', 'bad_field']]);
    }
  });
});

describe('a launch that leaves out the recipients of earlier runs', () => {
  it('freezes an audience without those whom they reached, and expects it so', async () => {
    const { pool } = stack.database;
    const earlier = await launchRun(pool);
    await claimMessages(pool, claimScope(earlier), candidatesOf(earlier).slice(0, 2), {
      token: randomUUID(),
    });
    const filter = {
      attribute: 'externalId',
      op: 'in' as const,
      value: earlier.members.map(({ externalId }) => externalId),
    };
    const id = await stack.api.createScenario(
      chain('Rest', { ...NOW, config: { audience: filter } }, mms('send')),
    );
    const body = { excludeRuns: [earlier.runId] };
    expect((await launch(id, { dryRun: true, ...body })).body).toMatchObject({ audience: 1, eligible: 1 });
    expectProblem(await launch(id, { ...body, expectedAudience: 3 }), 409, 'unexpected_audience');
    const runId = await launched(id, { ...body, expectedAudience: 1 });
    const { projectId, month } = earlier;
    const input = { runId, projectId, month, filter, workflowIdPrefix: `cohort/rest/${runId}/` };
    expect(await freezeAudience(pool, input)).toMatchObject({ customers: 1 });
  });

  it('is refused if one of them is not there or is somebody else’s, and names which', async () => {
    const own = await launched(scenarioId);
    const other = await otherProject(stack);
    const theirs = await other.run(chain('Theirs', NOW));
    const missing = '5b8f8c1e-0000-4000-8000-000000000000';
    for (const dryRun of [false, true]) {
      const answer = await launch(scenarioId, { dryRun, excludeRuns: [own, theirs, missing] });
      const problem = expectProblem(answer, 422, 'unknown_run');
      expect(entriesOf(problem)).toEqual([
        ['/excludeRuns/1', 'unknown_run'],
        ['/excludeRuns/2', 'unknown_run'],
      ]);
    }
  });

  it('names at most 20, each by its id', async () => {
    const many = Array.from({ length: 21 }, () => randomUUID());
    const problem = expectProblem(await launch(scenarioId, { excludeRuns: many }), 422, 'bad_body');
    expect(entriesOf(problem)).toEqual([['/excludeRuns', 'bad_field']]);
    const wrong = expectProblem(await launch(scenarioId, { excludeRuns: ['run-1'] }), 422, 'bad_body');
    expect(entriesOf(wrong)).toEqual([['/excludeRuns/0', 'bad_field']]);
  });
});

describe('a launch within 7 days of a cancelled run of its scenario', () => {
  it('is refused until it says whether whom that run reached is sent to again', async () => {
    const id = await stack.api.createScenario(scenario('Cancelled'));
    const cancelled = await cancelledRunOf(id);
    const problem = expectProblem(await launch(id, {}, 'once-more'), 409, 'cancelled_run_before');
    for (const word of [cancelled, 'excludeRuns', 'repeatRecipients']) expect(problem.detail).toContain(word);
    expectProblem(await launch(id, { repeatRecipients: false }), 409, 'cancelled_run_before');
    await launched(id, { excludeRuns: [cancelled.toUpperCase()] });
    await launched(id, { repeatRecipients: true });
  });

  it('must name every one of them', async () => {
    const id = await stack.api.createScenario(scenario('Twice cancelled'));
    const first = await cancelledRunOf(id);
    const second = await launched(id, { excludeRuns: [first] });
    await stack.api.call('POST', `/v1/runs/${second}/cancel`);
    const problem = expectProblem(await launch(id, { excludeRuns: [first] }), 409, 'cancelled_run_before');
    expect(problem.detail).toContain(second);
    expect(problem.detail).not.toContain(first);
    await launched(id, { excludeRuns: [first, second] });
  });

  it('is free of it after 7 days, and so is every other scenario', async () => {
    const id = await stack.api.createScenario(scenario('Old'));
    const cancelled = await cancelledRunOf(id);
    await launched(await stack.api.createScenario(scenario('Another')));
    await stack.database.pool.query(`UPDATE run SET finished_at = now() - interval '8 days' WHERE id = $1`, [
      cancelled,
    ]);
    await launched(id);
  });

  it('under the key of that run is answered as before', async () => {
    const id = await stack.api.createScenario(scenario('Same key'));
    const first = await launch(id, {}, 'same-key');
    await stack.api.call('POST', `/v1/runs/${first.body.id}/cancel`);
    const again = await launch(id, {}, 'same-key');
    expect([again.status, again.body]).toEqual([202, first.body]);
  });
});
