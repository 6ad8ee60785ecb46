import { Client, Connection } from '@temporalio/client';
import { connectionOptions, type TemporalConfig } from '../../config/temporal.ts';
import { SEARCH_ATTRIBUTES } from '../../domain/temporal-names.ts';

/** The histories of one run's workflows. */
export interface Histories {
  readonly workflows: number;
  readonly events: number;
  readonly bytes: number;
  /** Events of the longest. */
  readonly most_events: number;
  /** Bytes of the largest. */
  readonly most_bytes: number;
}

/**
 * How long and how large the histories of a run are; waits until Temporal's list knows that all of them are closed.
 * @throws Error when it does not within a minute
 */
export async function readHistories(
  config: TemporalConfig,
  runId: string,
  cohorts: number,
): Promise<Histories> {
  const connection = await Connection.connect(connectionOptions(config));
  try {
    const client = new Client({ connection, namespace: config.namespace });
    const query = `${SEARCH_ATTRIBUTES.run} = '${runId}'`;
    const until = Date.now() + 60_000;
    for (;;) {
      const found = { workflows: 0, events: 0, bytes: 0, most_events: 0, most_bytes: 0 };
      let closed = 0;
      for await (const execution of client.workflow.list({ query, pageSize: 1_000 })) {
        const { historyLength, historySize = 0 } = execution;
        found.workflows += 1;
        found.events += historyLength;
        found.bytes += historySize;
        found.most_events = Math.max(found.most_events, historyLength);
        found.most_bytes = Math.max(found.most_bytes, historySize);
        if (execution.status.name !== 'RUNNING' && execution.status.name !== 'CONTINUED_AS_NEW') closed += 1;
      }
      if (closed > cohorts) return found;
      if (Date.now() > until)
        throw new Error(`Temporal lists only ${closed} of ${cohorts + 1} workflows as closed.`);
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  } finally {
    await connection.close();
  }
}
