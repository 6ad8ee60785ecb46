import { eventually } from '../support/eventually.ts';
import { mms, NOW, wait } from '../support/scenarios.ts';
import { TestStack } from '../support/test-stack.ts';

interface MessageView {
  readonly state: string;
  readonly createdAt: string;
  readonly acceptedAt: string | null;
  readonly endedAt: string | null;
}
interface Step {
  readonly node_id: string;
  readonly outcome: string;
  readonly explanation: string;
  readonly at: { readonly exact?: string; readonly first?: string; readonly last?: string };
  readonly message: MessageView | null;
}
interface Story {
  readonly explanation: string;
  readonly entries: readonly {
    readonly admittedAt: string;
    readonly at: {
      readonly node_id: string;
      readonly since: string;
      readonly message: MessageView | null;
    } | null;
    readonly steps: readonly Step[];
  }[];
}

let stack: TestStack;

beforeAll(async () => {
  stack = await TestStack.start();
});
afterAll(() => stack.stop());

async function read(runId: string, customer: string): Promise<Story> {
  return (await stack.api.call<Story>('GET', `/v1/runs/${runId}/customers/${customer}`)).body;
}

/** Each number's digits say what its handset does. */
const HANDSETS = {
  ordinary: '+12125550200',
  absent: '+12125550150',
  silent: '+12125550152',
  blocklisted: '+12125550163',
  late_success: '+12125550166',
};

describe('the story of a customer', () => {
  it('never runs backwards, and shows the message of whoever still waits for its report', async () => {
    await stack.api.importConsenting(HANDSETS);
    const runId = await stack.api.run({
      name: 'Stories',
      nodes: [
        NOW,
        mms('send', { receiptDeadline: '1d' }),
        { id: 'reached', type: 'exit', config: { reason: 'stale' } },
        wait('pause', '1s'),
        mms('again'),
      ],
      edges: [
        { from: 'start', to: 'send' },
        { from: 'send', outlet: 'delivered', to: 'reached' },
        { from: 'send', outlet: 'failed', to: 'pause' },
        { from: 'pause', to: 'again' },
      ],
    });
    const waiting = await eventually(async () => {
      const { nodes } = await stack.api.readRun(runId);
      const walking = nodes.filter((node) => node.here > 0).map(({ node_id, here }) => [node_id, here]);
      return JSON.stringify(walking) === '[["send",1]]' ? read(runId, 'silent') : undefined;
    });
    expect(waiting.entries[0]?.at).toMatchObject({
      node_id: 'send',
      message: { state: 'accepted', acceptedAt: expect.any(String) as string, endedAt: null },
    });
    await stack.api.call('POST', `/v1/runs/${runId}/cancel`);
    await stack.api.runEnd(runId);
    for (const name of Object.keys(HANDSETS)) expectInOrder(await read(runId, name));
    const [delivered] = (await read(runId, 'ordinary')).entries;
    const send = delivered?.steps.find((step) => step.node_id === 'send');
    expect(send).toMatchObject({ outcome: 'delivered', explanation: 'The message was delivered.' });
    expect(send?.at).toEqual({ exact: send?.message?.endedAt });
    const silent = (await read(runId, 'silent')).entries[0]?.steps.at(-1);
    expect(silent?.explanation).toBe('The provider took the message. The run was cancelled.');
    const again = (await read(runId, 'absent')).entries[0]?.steps.at(-1);
    expect(again).toMatchObject({ node_id: 'again', at: { exact: again?.message?.acceptedAt } });
  });

  it('of somebody who was not admitted says why', async () => {
    await stack.api.importNdjson([{ externalId: 'outsider', city: 'Oslo' }]);
    const nobody = { attribute: 'city', op: 'eq', value: 'Atlantis' };
    const runId = await stack.api.run({
      name: 'Nobody',
      nodes: [{ ...NOW, config: { audience: nobody } }],
      edges: [],
    });
    expect(await stack.api.runEnd(runId)).toMatchObject({
      stateReason: 'empty_audience',
      stateExplanation: expect.stringMatching(/^No customer matched/) as string,
    });
    expect(await read(runId, 'outsider')).toMatchObject({
      explanation: 'The customer was not in the audience when it was frozen.',
      entries: [],
    });
  });
});

function expectInOrder({ entries }: Story): void {
  expect(entries).toHaveLength(1);
  for (const { admittedAt, steps } of entries) {
    const first = [admittedAt, ...steps.map(({ at }) => at.exact ?? at.first ?? '')];
    const last = steps.map(({ at }) => at.exact ?? at.last ?? '');
    expect(first).toEqual(first.toSorted());
    expect(last).toEqual(last.toSorted());
    steps.forEach(({ at }, index) => expect((at.exact ?? at.last ?? '') >= (first[index] ?? '')).toBe(true));
  }
}
