import { DefaultLogger, NativeConnection, Runtime } from '@temporalio/worker';
import { createLog } from '../../config/log.ts';
import type { ServiceConfig } from '../../config/service.ts';
import { createPool } from '../../database/pool.ts';
import { createWorker } from '../../worker/create-worker.ts';
import { createDependencies } from '../../worker/dependencies.ts';

/** The process behind `startWorkerProcess`: a worker with the configuration of a test's stack. It is only ever killed. */
const { credentialKeys, ...rest } = JSON.parse(process.env['TEST_CONFIG'] ?? '') as ServiceConfig;
// JSON has no bytes: what stands there of a key becomes one again.
const config = {
  ...rest,
  credentialKeys: credentialKeys.map(({ id, key }) => ({ id, key: Buffer.from(key) })),
};
Runtime.install({ logger: new DefaultLogger('ERROR'), shutdownSignals: [] });
const pool = createPool({ url: config.databaseUrl, name: 'worker', connections: config.databaseConnections });
const deps = createDependencies({ config, pool, log: createLog('worker', 'silent') });
const connection = await NativeConnection.connect({ address: config.temporal.address });
const { namespace } = config.temporal;
const codePath = process.env['TEST_BUNDLE'] ?? '';
const cached = process.env['TEST_CACHED_WORKFLOWS'];
const worker = await createWorker(deps, {
  connection,
  namespace,
  codePath,
  ...(cached && { cachedWorkflows: Number(cached) }),
});
const running = worker.run();
process.stdout.write('the worker works\n');
await running;
