import { temporalConfig } from '../../config/temporal.ts';
import { createPool } from '../../database/pool.ts';
import { exampleCsv } from '../../stack/demo/example-customers.ts';
import { setDemoClock } from '../../stack/demo/prepare.ts';
import { demoResult } from '../../stack/demo/results.ts';
import { eventually } from '../support/eventually.ts';
import { chain, mms, NOW } from '../support/scenarios.ts';
import { ownPorts, StackProcess, temporaryHome } from '../support/stack-process.ts';

const CUSTOMERS = 10_000;

let stack: StackProcess;

beforeAll(async () => {
  stack = new StackProcess(await temporaryHome(), { SIMULATOR_LATENCY_MS: '40', ...(await ownPorts()) });
});
afterAll(() => stack.remove());

describe('a stack that is killed as a whole in the middle of a run', () => {
  it('ends the run after the next start, with nothing sent twice and nothing lost', async () => {
    const { api, state } = await stack.start();
    await setDemoClock(state.access);
    const imported = await api.importCsv([...exampleCsv(CUSTOMERS)].join(''));
    expect(imported.body).toMatchObject({ created: CUSTOMERS, rejected: [] });
    const scenario = chain('Killed', NOW, mms('send'));
    const scenarioId = await api.createScenario(scenario);
    const { body } = await api.launch(scenarioId);
    const claimed = await eventually(async () => {
      const sum = Object.values((await api.readRun(body.id)).messages).reduce((a, b) => a + b, 0);
      return sum > CUSTOMERS * 0.25 ? sum : undefined;
    });
    expect(claimed).toBeLessThan(CUSTOMERS * 0.8);

    // A second run whose workflow has not been started: its pump is gone before it is launched.
    process.kill((await stack.state()).processes['pump'] ?? 0, 'SIGKILL');
    const late = await api.launch(await api.createScenario(chain('Late', NOW, mms('send'))));
    await stack.killEverything();
    const pool = createPool({ url: state.access.databaseUrl, name: 'test' });
    await expect(pool.query('SELECT 1')).rejects.toThrow();
    await pool.end();

    const again = await stack.start();
    const temporal = temporalConfig({}, again.state.access.temporalAddress);
    for (const runId of [body.id, late.body.id]) {
      expect((await again.api.runEnd(runId, 100_000)).state).toBe('finished');
      const result = await demoResult(again.state.access, temporal, runId, 0);
      expect(result).toMatchObject({
        customers: CUSTOMERS,
        duplicates: 0,
        lost: 0,
        unknown: 0,
        unresolved: 0,
      });
      expect(result.messages).toBeGreaterThan(CUSTOMERS * 0.9);
    }
  }, 240_000);
});
