import { DefaultLogger, Runtime } from '@temporalio/worker';
import { historyOf, readableText, readHistories, replayFailures, type RecordedHistory } from './histories.ts';
import { RECORDED } from './scenarios.ts';

let histories: readonly RecordedHistory[];

beforeAll(async () => {
  Runtime.install({
    logger: new DefaultLogger('ERROR'),
    telemetryOptions: { logging: { filter: 'OFF' } },
  });
  histories = await readHistories();
});

/** Names of the histories that today's workflow code can't follow. */
async function notFollowed(
  recorded: readonly Pick<RecordedHistory, 'file' | 'history'>[],
): Promise<readonly string[]> {
  return Object.keys(await replayFailures(recorded, process.env['TEST_BUNDLE'] ?? ''));
}

const eventsOf = (scenario: string): string =>
  histories
    .filter((history) => history.scenario === scenario)
    .map(({ json }) => json)
    .join('\n');

describe('the recorded histories', () => {
  it('are followed by the workflow code of today', async () => {
    expect(await notFollowed(histories)).toEqual([]);
  });

  it('would not be followed by other workflow code', async () => {
    const [first] = histories.filter(({ file }) => file.startsWith('with-outlets.cohort'));
    const json = (first?.json ?? '').replaceAll('"name":"submit"', '"name":"somethingElse"');
    expect(json).not.toBe(first?.json);
    expect(await notFollowed([{ file: 'other', history: historyOf(json) }])).toEqual(['other']);
  });

  it('are those of a run and of a cohort of every scenario', () => {
    for (const { name } of RECORDED) {
      const files = histories.filter(({ scenario }) => scenario === name).map(({ file }) => file);
      expect(files).toEqual(expect.arrayContaining([`${name}.run-1.json.gz`]));
      expect(files).toEqual(expect.arrayContaining([`${name}.cohort-0001-1.json.gz`]));
    }
    expect(new Set(histories.map(({ scenario }) => scenario))).toEqual(
      new Set(RECORDED.map(({ name }) => name)),
    );
  });

  it('hold what their names say', () => {
    expect(eventsOf('continue-as-new')).toContain('WORKFLOW_EXECUTION_CONTINUED_AS_NEW');
    for (const name of ['pause-and-resume', 'cancel', 'with-outlets'])
      expect(eventsOf(name)).toContain('WORKFLOW_EXECUTION_SIGNALED');
    expect(eventsOf('wait')).toContain('TIMER_STARTED');
    expect(eventsOf('slow-database')).toMatch(/"activityType":\{"name":"recordTrace"\}/);
  });

  it('name no number, no secret, and neither machine nor folder of where they were recorded', () => {
    for (const { file, json } of histories) {
      const text = readableText(json);
      expect([file, text.match(/\+\d{7,15}|(?<!\d)1?[2-9]\d{2}555\d{4}(?!\d)/)]).toEqual([file, null]);
      expect([file, text.match(/tdg_|secret|password|api.?key|authorization/i)]).toEqual([file, null]);
      expect([file, text.match(/\d@|file:\/\/|\/node_modules\//)]).toEqual([file, null]);
    }
  });

  it('are small', () => {
    expect(histories.length).toBeLessThan(60);
    for (const { file, json } of histories) expect([file, json.length < 400_000]).toEqual([file, true]);
  });
});
