import { setBusinessTime } from '../support/business-time.ts';
import { eventually } from '../support/eventually.ts';
import { chain, mms, NOW } from '../support/scenarios.ts';
import { TestStack } from '../support/test-stack.ts';

let stack: TestStack;

beforeAll(async () => {
  stack = await TestStack.start();
  await stack.api.importConsenting({ ana: '+13125550101', bo: '+13125550102', cy: '+12125550103' });
});
afterAll(() => stack.stop());

const setTime = (central: string): Promise<void> =>
  setBusinessTime(stack.database.pool, stack.projectId, Date.parse(`2026-11-18T${central}-06:00`));

interface Story {
  readonly entries: readonly {
    readonly at: { readonly explanation: string } | null;
    readonly steps: readonly { readonly node_id: string; readonly explanation: string }[];
  }[];
}

async function storyOf(runId: string, externalId: string): Promise<Story> {
  return (await stack.api.call<Story>('GET', `/v1/runs/${runId}/customers/${externalId}`)).body;
}

const accepted = (): number => stack.simulator.ledger.rows.filter(({ kind }) => kind === 'accepted').length;

describe('a launch at night', () => {
  it('sends nothing, says why and until when, and can be cancelled', async () => {
    await setTime('22:00:00');
    const runId = await stack.api.run(chain('At night', NOW, mms('hello')));
    const { quietHours } = await eventually(async () => {
      const run = await stack.api.readRun(runId);
      return run.quietHours.length === 2 ? run : undefined;
    });
    const hours = quietHours.map(({ until }) => (Date.parse(until) - Date.now()) / 3_600_000);
    expect(hours.map((length) => Math.round(length))).toEqual([9, 10]);
    expect(quietHours.map(({ customers }) => customers)).toEqual([1, 2]);
    const { entries } = await storyOf(runId, 'ana');
    expect(entries[0]?.at?.explanation).toMatch(/it waits for 8:00 in America\/Chicago, .* UTC/);
    expect(accepted()).toBe(0);

    await stack.api.call('POST', `/v1/runs/${runId}/cancel`);
    const end = await stack.api.runEnd(runId);
    expect([end.state, end.quietHours, accepted()]).toEqual(['cancelled', [], 0]);
  });

  it('sends in the morning of each zone, to the end', async () => {
    // In New York it is 8:59.
    await setTime('07:59:54');
    const runId = await stack.api.run(chain('In the morning', NOW, mms('hello')));
    const early = await eventually(async () => {
      const run = await stack.api.readRun(runId);
      return run.messages['delivered'] === 1 ? run : undefined;
    });
    expect(early.quietHours).toMatchObject([{ node_id: 'hello', customers: 2 }]);
    const end = await stack.api.runEnd(runId);
    expect([end.state, end.messages, end.quietHours]).toEqual(['finished', { delivered: 3 }, []]);
    const { entries } = await storyOf(runId, 'ana');
    expect(entries[0]?.steps.at(-1)?.explanation).toMatch(
      /^It had waited until \w{3} \d\d \w{3} \d{4} \d\d:\d\d UTC for the hours in which marketing may be sent\. The provider took/,
    );
    expect((await storyOf(runId, 'cy')).entries[0]?.steps.at(-1)?.explanation).toMatch(/^The provider took/);
  });
});
