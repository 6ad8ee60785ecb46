import { randomUUID } from 'node:crypto';
import type { Channel } from '../domain/channel.ts';
import { ENDED_RUN_STATES } from '../domain/states.ts';
import type { Rig } from './rig.ts';
import { until } from './patience.ts';

/** What the harness reads of a run. */
export interface RunView {
  readonly id: string;
  readonly state: string;
  readonly stateReason: string | null;
  readonly audience: number | null;
  readonly messages: Readonly<Record<string, number>>;
  readonly incidents: readonly { readonly node_id: string; readonly decided: number }[];
}

export interface Customer {
  readonly phone: string;
  readonly list?: readonly number[];
}

const CONSENT = {
  'consent.marketing.granted': true,
  'consent.marketing.time': '2026-01-01T00:00:00Z',
  'consent.marketing.method': 'web_form',
  'consent.marketing.source': 'https://shop.example.com/club',
};

/** What a rehearsal sends; the external id by MMS unless it says otherwise. */
export interface RehearsedMessage {
  readonly text?: string;
  readonly channel?: Channel;
  /** The SMS in place of an MMS, sent by the engine. */
  readonly fallback?: string;
}

/** Imports customers who may be sent to, and launches a message to them. @returns the run's id */
export async function launchTo(
  rig: Rig,
  rehearsal: string,
  customers: readonly Customer[],
  { text = 'Hello {{ customer.externalId }}', channel = 'mms', fallback }: RehearsedMessage = {},
): Promise<string> {
  const lines = customers.map((customer, index) =>
    JSON.stringify({ ...customer, rehearsal, externalId: `${rehearsal}-${index}`, ...CONSENT }),
  );
  await rig.client.call('POST', '/v1/customers/import', lines.join('\n'), {
    'content-type': 'application/x-ndjson',
  });
  const audience = { attribute: 'rehearsal', op: 'eq', value: rehearsal };
  return launch(rig, {
    name: `Rehearsal ${rehearsal}`,
    nodes: [
      { id: 'start', type: 'now', config: { audience } },
      {
        id: 'send',
        type: channel,
        config: {
          category: 'marketing',
          text,
          ...(fallback !== undefined && { fallback: { by: 'engine', text: fallback } }),
        },
      },
    ],
    edges: [{ from: 'start', to: 'send' }],
  });
}

/** Stores and launches a scenario, once however often the API dies. @returns the run's id */
export async function launch(rig: Rig, scenario: unknown): Promise<string> {
  const { id } = await rig.client.call<{ id: string }>('POST', '/v1/scenarios', scenario);
  const run = await rig.client.call<{ id: string }>('POST', `/v1/scenarios/${id}/launch`, undefined, {
    'idempotency-key': randomUUID(),
  });
  return run.id;
}

export function readRun(rig: Rig, runId: string): Promise<RunView> {
  return rig.client.call('GET', `/v1/runs/${runId}`);
}

export function hasEnded(state: string): boolean {
  const ended: readonly string[] = ENDED_RUN_STATES;
  return ended.includes(state);
}

/** Waits for a run's end as an operator does: one whose workflow is lost is resumed. */
export async function followToEnd(rig: Rig, runId: string, timeoutMs: number): Promise<RunView> {
  return until(
    `the end of run ${runId}`,
    async () => {
      const run = await readRun(rig, runId);
      if (run.state === 'paused') await resume(rig, runId);
      return hasEnded(run.state) ? run : undefined;
    },
    timeoutMs,
  );
}

/** Resumes a run; one that is not paused any more stays as it is. */
export async function resume(rig: Rig, runId: string): Promise<void> {
  await rig.client.once('POST', `/v1/runs/${runId}/resume`, { reason: 'rehearsal' });
}

/** Messages of a run by state, straight from the ledger: cheap enough to be asked all the time. */
export async function countMessages(rig: Rig, runId: string): Promise<number> {
  const rows = await rig.query<{ count: string }>(
    `SELECT count(*) FROM message JOIN run ON run.id = message.run_id AND run.month = message.month
     WHERE run.id = $1 AND message.state <> 'queued'`,
    [runId],
  );
  return Number(rows[0]?.count ?? 0);
}

/** Messages of runs in one of the states; undefined while the runs have none at all. */
export async function countInStates(
  rig: Rig,
  runIds: readonly string[],
  states: readonly string[],
): Promise<number | undefined> {
  const rows = await rig.query<{ all: string; some: string }>(
    `SELECT count(*) AS all, count(*) FILTER (WHERE state = ANY ($2::text[])) AS some
     FROM message WHERE run_id = ANY ($1::uuid[])`,
    [runIds, states],
  );
  return Number(rows[0]?.all ?? 0) === 0 ? undefined : Number(rows[0]?.some);
}
