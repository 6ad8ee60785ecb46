import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { eventually } from '../support/eventually.ts';
import { ServiceProcess } from '../support/service-process.ts';
import { startTemporal, type TestTemporal } from '../support/temporal-server.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';

let home: string;
let database: TestDatabase;
let temporal: TestTemporal;
let worker: ServiceProcess;

beforeAll(async () => {
  home = await mkdtemp(path.join(os.tmpdir(), 'tidings-worker-'));
  database = await createTestDatabase();
  temporal = await startTemporal(path.join(home, 'temporal'));
});
afterEach(() => worker.kill());
afterAll(async () => {
  await temporal.stop();
  await database.drop();
  await rm(home, { recursive: true });
});

function startWorker(variables: Readonly<Record<string, string>> = {}): ServiceProcess {
  return new ServiceProcess(['worker/worker.ts'], {
    TIDINGS_HOME: home,
    DATABASE_URL: database.url,
    TEMPORAL_ADDRESS: temporal.address,
    ...variables,
  });
}

describe('the process of the worker', () => {
  it('ends when it is asked to before it has come so far as to work', async () => {
    worker = startWorker();
    await eventually(async () => {
      const { rowCount } = await database.pool.query(
        `SELECT FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE '%worker%'`,
      );
      return rowCount ? true : undefined;
    }, 20_000);
    worker.child.kill('SIGTERM');
    expect(await worker.end(20_000)).toBe(0);
  });

  it('ends when it is asked to while it works', async () => {
    worker = startWorker();
    await worker.says('"ready"');
    worker.child.kill('SIGTERM');
    expect(await worker.end(20_000)).toBe(0);
  });

  it('ends with an error when Temporal refuses it, so that it can be started again', async () => {
    worker = startWorker({ TEMPORAL_NAMESPACE: 'nowhere' });
    expect(await worker.end(20_000)).toBe(1);
    expect(worker.output).toContain('the process ends');
  });
});
