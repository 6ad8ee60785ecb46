import { Client, Connection } from '@temporalio/client';
import { defineSearchAttributeKey, TypedSearchAttributes } from '@temporalio/common';
import { timingsOf } from '../../config/timings.ts';
import { SEARCH_ATTRIBUTES } from '../../domain/temporal-names.ts';
import { readHistories } from '../../stack/demo/read-histories.ts';
import { stackSecrets } from '../../stack/secrets.ts';
import { Child } from '../child.ts';
import { readTimes } from '../engine/run-times.ts';
import { ledgerEnd, readLedgerFrom } from '../ledger-tail.ts';
import { ProcessWatch, type ProcessUse } from '../processes.ts';
import { rateOf } from '../rate.ts';
import { foreignVariables, temporalOf, type BenchStack } from '../stack.ts';
import { finishCustomers, freezeCustomers, launchPattern, type CustomersRun } from './customers-run.ts';
import { PER_CUSTOMER_QUEUE, RELEASE_SIGNAL } from './queue.ts';
import type { CustomerInput } from './workflow.ts';

/** Tasks that the worker has under way at once, of which the best counts. */
const SETTINGS = [8, 32, 100];
const STARTS_AT_ONCE = 32;
const NODE = 'announce';

export interface PerCustomerFigures {
  readonly messages: number;
  /** The best of all settings. */
  readonly messages_per_second: number;
  readonly by_tasks: Readonly<Record<number, number>>;
  readonly history_events: number;
  readonly events_per_message: number;
  /** Of the last setting. */
  readonly processes: Readonly<Record<string, ProcessUse>>;
}

/** Measures one workflow a customer, with the engine's own activities, ledger and receipts. */
export async function runPerCustomer(stack: BenchStack, customers: number): Promise<PerCustomerFigures> {
  await stack.pool.query('UPDATE integration SET messages_per_call = 1');
  const pattern = await launchPattern(stack);
  const { address, namespace } = temporalOf(stack);
  const connection = await Connection.connect({ address });
  const client = new Client({ connection, namespace });
  const rates: Record<number, number> = {};
  let last: Setting | undefined;
  try {
    for (const tasks of SETTINGS) {
      last = await measureSetting(stack, client, { pattern, customers, tasks });
      rates[tasks] = last.rate;
    }
  } finally {
    await connection.close();
  }
  const events = last?.events ?? 0;
  return {
    messages: customers,
    messages_per_second: Math.max(...Object.values(rates)),
    by_tasks: rates,
    history_events: events,
    events_per_message: Math.round((events / customers) * 100) / 100,
    processes: last?.processes ?? {},
  };
}

interface Setting {
  readonly rate: number;
  readonly events: number;
  readonly processes: Readonly<Record<string, ProcessUse>>;
}

async function measureSetting(
  stack: BenchStack,
  client: Client,
  { pattern, customers, tasks }: { pattern: string; customers: number; tasks: number },
): Promise<Setting> {
  const run = await freezeCustomers(stack, pattern, customers, (workflowId) =>
    client.workflow.start('standForRun', { workflowId, taskQueue: PER_CUSTOMER_QUEUE }),
  );
  const worker = new Child('bench/per-customer/worker.ts', await workerVariables(stack), [String(tasks)]);
  try {
    await worker.message();
    const watch = new ProcessWatch({ ...stack.pids, 'per-customer worker': worker.pid });
    await watch.start();
    const rate = await sendAll(stack, client, run);
    const processes = await watch.read();
    // The workflow that stands for the run is not tagged, so one fewer is waited for.
    const { events } = await readHistories(temporalOf(stack), run.id, customers - 1);
    return { rate, events, processes };
  } finally {
    await worker.stop();
  }
}

async function sendAll(stack: BenchStack, client: Client, run: CustomersRun): Promise<number> {
  const start = await ledgerEnd(stack.home);
  await startAll(client, run);
  await finishCustomers(stack, run);
  await client.workflow.getHandle(run.workflowId).signal(RELEASE_SIGNAL);
  const { delivered, firstClaimAt } = await readTimes(stack.pool, run.id);
  const tail = await readLedgerFrom(stack.home, start);
  if (delivered !== run.cohorts.length || tail.duplicates > 0)
    throw new Error(`Of ${run.cohorts.length} customers' messages ${delivered} were delivered.`);
  return rateOf(delivered, tail.lastCallbackAt - firstClaimAt);
}

async function startAll(client: Client, run: CustomersRun): Promise<void> {
  const cohorts = [...run.cohorts];
  const { receiptDeadlineMs } = timingsOf('production');
  const key = defineSearchAttributeKey(SEARCH_ATTRIBUTES.run, 'KEYWORD');
  const lane = async (): Promise<void> => {
    for (let cohort = cohorts.shift(); cohort; cohort = cohorts.shift()) {
      const input: CustomerInput = { cohortId: cohort.id, nodeId: NODE, receiptDeadlineMs };
      await client.workflow.start('sendToCustomer', {
        workflowId: cohort.workflowId,
        taskQueue: PER_CUSTOMER_QUEUE,
        args: [input],
        typedSearchAttributes: new TypedSearchAttributes([{ key, value: run.id }]),
      });
    }
  };
  await Promise.all(Array.from({ length: STARTS_AT_ONCE }, lane));
}

async function workerVariables({ home, access }: BenchStack): Promise<ReturnType<typeof foreignVariables>> {
  const { phoneKey, credentialKey } = await stackSecrets(home);
  return {
    ...foreignVariables(),
    TIDINGS_HOME: home,
    TIMINGS: 'production',
    LOG_LEVEL: 'warn',
    DATABASE_URL: access.databaseUrl,
    PHONE_KEY: phoneKey,
    PUBLIC_URL: access.api,
    TEMPORAL_ADDRESS: access.temporalAddress,
    TEMPORAL_NAMESPACE: access.namespace,
    CREDENTIAL_KEYS: `made:${credentialKey}`,
  };
}
