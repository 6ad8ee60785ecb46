import { DefaultLogger, Runtime } from '@temporalio/worker';
import { bundleWithVersion2 } from '../support/newer-walk.ts';
import { historyOf, readHistories, replayFailures, type RecordedHistory } from './histories.ts';

let histories: readonly RecordedHistory[];
let newer: Awaited<ReturnType<typeof bundleWithVersion2>>;

beforeAll(async () => {
  Runtime.install({
    logger: new DefaultLogger('ERROR'),
    telemetryOptions: { logging: { filter: 'OFF' } },
  });
  histories = await readHistories();
  newer = await bundleWithVersion2();
});
afterAll(() => newer.remove());

/** The history of a cohort that loops, as if it had been started under another version of the walk. */
function loopUnder(version: number): RecordedHistory {
  const recorded = histories.find(({ file }) => file.startsWith('condition-loop.cohort'));
  const json = (recorded?.json ?? '').replace(/"data":"([\w+/=]+)"/, (_, data: string) => {
    const input = JSON.parse(Buffer.from(data, 'base64').toString()) as Record<string, unknown>;
    expect(input).toMatchObject({ walkVersion: 1 });
    return `"data":"${Buffer.from(JSON.stringify({ ...input, walkVersion: version })).toString('base64')}"`;
  });
  return { file: `version-${version}`, scenario: 'condition-loop', json, history: historyOf(json) };
}

describe('a cohort that was started under version 1 of the walk', () => {
  it('is followed by workflow code whose newest version is 2', async () => {
    expect(await replayFailures(histories, newer.file)).toEqual({});
  });

  it('would not be followed by the decisions of version 2', async () => {
    expect(Object.keys(await replayFailures([loopUnder(2)], newer.file))).toEqual(['version-2']);
  });
});

describe('a cohort that was started under a version that a worker does not know', () => {
  it('takes no step there, and the worker says why', async () => {
    const failures = await replayFailures([loopUnder(1), loopUnder(2)], process.env['TEST_BUNDLE'] ?? '');
    expect(failures).toEqual({
      'version-2': expect.stringContaining('walks by version 2, and this worker knows 1') as string,
    });
  });
});
