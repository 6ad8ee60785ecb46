import { chain, mms, NOW } from '../support/scenarios.ts';
import { TestStack } from '../support/test-stack.ts';

interface Version {
  readonly id: string;
  readonly contentHash: string;
  readonly frozen: {
    readonly name: string;
    readonly senders: Readonly<Record<string, unknown>>;
    readonly nodes: readonly {
      readonly id: string;
      readonly actionId: number | null;
      readonly config: Readonly<Record<string, unknown>>;
    }[];
  };
}

let stack: TestStack;

beforeAll(async () => {
  stack = await TestStack.start({ engine: false });
});
afterAll(() => stack.stop());

async function versions(scenarioId: string): Promise<readonly Version[]> {
  const answer = await stack.api.call<{ versions: Version[] }>('GET', `/v1/scenarios/${scenarioId}/versions`);
  return answer.body.versions;
}

describe('the versions of a scenario', () => {
  it('are none before the first launch', async () => {
    expect(await versions(await stack.api.createScenario(chain('New', NOW)))).toEqual([]);
  });

  it('are one for every content that was launched, the newest first', async () => {
    const scenarioId = await stack.api.createScenario(chain('Same', NOW, mms('send')));
    const runs = [await stack.api.launch(scenarioId), await stack.api.launch(scenarioId)];
    expect(await versions(scenarioId)).toHaveLength(1);
    await stack.api.call(
      'PUT',
      `/v1/scenarios/${scenarioId}`,
      chain('Same', NOW, mms('send', { text: 'New' })),
    );
    await stack.api.launch(scenarioId);
    const [newest, oldest, ...others] = await versions(scenarioId);
    expect(others).toEqual([]);
    expect(newest?.frozen.nodes[1]?.config).toMatchObject({ text: 'New' });
    expect(newest?.contentHash).not.toBe(oldest?.contentHash);
    expect(runs.map(({ body }) => body)).toMatchObject([
      { versionId: oldest?.id },
      { versionId: oldest?.id },
    ]);
  });

  it('hold what was launched: numbers, defaults, sender and the full address of media', async () => {
    const media = [{ url: '/media/summer-sale.png' }];
    const scenarioId = await stack.api.createScenario(chain('Frozen', NOW, mms('send', { media })));
    await stack.api.launch(scenarioId);
    const [version] = await versions(scenarioId);
    expect(version?.frozen).toMatchObject({
      name: 'Frozen',
      senders: { default: { label: 'Default', value: '12065550100' } },
      nodes: [
        { id: 'start', actionId: null },
        {
          id: 'send',
          actionId: 1,
          config: {
            policy: 'default',
            media: [{ url: `${stack.config.publicUrl}/media/summer-sale.png`, contentType: 'image/png' }],
          },
        },
      ],
    });
  });
});
