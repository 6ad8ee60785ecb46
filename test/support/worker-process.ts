import { ServiceProcess } from './service-process.ts';
import type { TestStack } from './test-stack.ts';

/**
 * Starts a worker of the stack as a process of its own, which can be killed as no worker within the test can.
 *
 * @param cachedWorkflows with 0 Temporal does not wait 10 s for a killed worker that has a workflow in memory
 */
export async function startWorkerProcess(
  { config }: TestStack,
  cachedWorkflows?: number,
): Promise<ServiceProcess> {
  const worker = new ServiceProcess(['test/support/worker-child.ts'], {
    TEST_CONFIG: JSON.stringify(config),
    TEST_CACHED_WORKFLOWS: cachedWorkflows === undefined ? '' : String(cachedWorkflows),
    TEST_BUNDLE: process.env['TEST_BUNDLE'] ?? '',
  });
  await worker.says('the worker works');
  return worker;
}
