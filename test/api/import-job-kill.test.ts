import { Api } from '../support/api.ts';
import { eventually } from '../support/eventually.ts';
import { HeldLocks } from '../support/held-locks.ts';
import { importNdjson } from '../support/import.ts';
import { jobEnd, queueLines, readJob } from '../support/import-jobs.ts';
import { ServiceProcess } from '../support/service-process.ts';
import { freePort } from '../support/temporal-server.ts';
import { TEST_KEY } from '../support/credentials.ts';
import { TestStack } from '../support/test-stack.ts';

let stack: TestStack;
const processes: ServiceProcess[] = [];

beforeAll(async () => {
  stack = await TestStack.start({ engine: false });
});
afterAll(async () => {
  for (const process of processes) process.kill();
  await stack.stop();
});

/** An API process of its own over the database of the stack. */
async function startApi(): Promise<{ process: ServiceProcess; api: Api }> {
  const port = await freePort();
  const process = new ServiceProcess(['api/main.ts'], {
    DATABASE_URL: stack.config.databaseUrl,
    PHONE_KEY: stack.config.phoneKey,
    CREDENTIAL_KEYS: `test:${TEST_KEY.key.toString('base64')}`,
    API_PORT: String(port),
  });
  processes.push(process);
  await process.says('"ready"');
  return { process, api: new Api(`http://127.0.0.1:${port}`, stack.api.key) };
}

/** Makes the next process come to a halt in the middle of the batch that has this customer. */
function holdUp(externalId: string): Promise<HeldLocks> {
  return HeldLocks.take(stack.database.pool, `SELECT FROM customer WHERE external_id = $1 FOR UPDATE`, [
    externalId,
  ]);
}

describe('an import job whose process is killed', () => {
  it('again and again is gone on with by others: every line once, none lost', async () => {
    const halts = [700, 1_900, 3_100].map((index) => ({ externalId: `k-${index}` }));
    await importNdjson(stack.api, ...halts);
    const lines = Array.from({ length: 4_000 }, (_, index) => ({ externalId: `k-${index}`, index }));
    const id = await queueLines(stack.api, lines);
    for (const [round, { externalId }] of halts.entries()) {
      const inTheWay = await holdUp(externalId);
      const { process } = await startApi();
      await inTheWay.isWaitedFor();
      expect(await readJob(stack.api, id)).toMatchObject({
        ...{ state: 'running', lines: [500, 1_500, 3_000][round] },
      });
      process.kill();
      await process.end(10_000);
      await inTheWay.letGo();
    }
    const { process, api } = await startApi();
    expect(await jobEnd(api, id)).toMatchObject({
      ...{ state: 'finished', lines: 4_000, created: 3_997, updated: 3, rejectedCount: 0 },
    });
    const { rows } = await stack.database.pool.query(
      `SELECT count(*)::int, sum((attributes ->> 'index')::int)::int AS sum FROM customer`,
    );
    expect(rows).toEqual([{ count: 4_000, sum: (3_999 * 4_000) / 2 }]);
    process.child.kill('SIGTERM');
    expect(await process.end(10_000)).toBe(0);
  });

  it('leaves a job at a batch when it is asked to stop, to be gone on with at once', async () => {
    await importNdjson(stack.api, { externalId: 's-700' });
    const id = await queueLines(
      stack.api,
      Array.from({ length: 3_000 }, (_, index) => ({ externalId: `s-${index}`, index })),
    );
    const inTheWay = await holdUp('s-700');
    const { process, api } = await startApi();
    await inTheWay.isWaitedFor();
    process.child.kill('SIGTERM');
    // It takes no requests any more, but goes on with its batch.
    await eventually(() =>
      api.call('GET', '/health').then(
        () => undefined,
        () => true,
      ),
    );
    await inTheWay.letGo();
    expect(await process.end(10_000)).toBe(0);
    expect(await readJob(stack.api, id)).toMatchObject({ state: 'running', lines: 1_000, updated: 1 });
    const { rows } = await stack.database.pool.query('SELECT lease_until FROM import_job WHERE id = $1', [
      id,
    ]);
    expect(rows).toEqual([{ lease_until: null }]);
  });
});
