import { Client, Connection } from '@temporalio/client';
import { connectionOptions, type TemporalConfig } from '../../config/temporal.ts';
import { SEARCH_ATTRIBUTES } from '../../domain/temporal-names.ts';

/**
 * Events of every history of the run; waits until Temporal's list knows that all of them are closed.
 * @throws Error when it does not within a minute
 */
export async function countEvents(config: TemporalConfig, runId: string, cohorts: number): Promise<number> {
  const connection = await Connection.connect(connectionOptions(config));
  try {
    const client = new Client({ connection, namespace: config.namespace });
    const query = `${SEARCH_ATTRIBUTES.run} = '${runId}'`;
    const until = Date.now() + 60_000;
    for (;;) {
      let events = 0;
      let closed = 0;
      for await (const execution of client.workflow.list({ query, pageSize: 1_000 })) {
        events += execution.historyLength;
        if (execution.status.name !== 'RUNNING' && execution.status.name !== 'CONTINUED_AS_NEW') closed += 1;
      }
      if (closed > cohorts) return events;
      if (Date.now() > until)
        throw new Error(`Temporal lists only ${closed} of ${cohorts + 1} workflows as closed.`);
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  } finally {
    await connection.close();
  }
}
