import { createLog } from '../../config/log.ts';
import { closeDependencies, createDependencies } from '../../worker/dependencies.ts';
import { makeIdProbe } from '../../worker/id-probes.ts';
import { newInfobip } from './integrations.ts';
import { RecordingServer } from './recording-server.ts';
import type { TestStack } from './test-stack.ts';

export interface IdProbeView {
  readonly state: string;
  readonly says: string;
  readonly channel: string;
  readonly sender: string;
  readonly to: string | null;
  readonly messageId: string;
  readonly startedAt: string;
  readonly repeatAt: string | null;
  readonly endedAt: string | null;
  readonly reason: string | null;
  readonly statusCode: string | null;
  readonly error: string | null;
}

/** What of an integration a probe changes. */
export interface ProbedView {
  readonly id: string;
  readonly idempotentIds: string;
  readonly verifiedChannels: readonly string[];
  readonly idProbe: IdProbeView | null;
}

export const TESTER = { name: 'ana', phone: '+12065550142' };

let made = 0;

/** A new integration of Infobip at an address. @returns its id */
export async function infobipOf(stack: TestStack, baseUrl: string): Promise<string> {
  made += 1;
  const body = newInfobip(`probed-${made}`, { baseUrl, credentials: { apiKey: 'simulated' } });
  return (await stack.api.call<ProbedView>('POST', '/v1/integrations', body)).body.id;
}

export async function readProbed(stack: TestStack, id: string): Promise<ProbedView> {
  return (await stack.api.call<ProbedView>('GET', `/v1/integrations/${id}`)).body;
}

export function startProbe(
  stack: TestStack,
  id: string,
  more: object = {},
): ReturnType<typeof stack.api.call<{ idProbe: IdProbeView | null }>> {
  const body = { probeTo: TESTER.name, sender: 'default', ...more };
  return stack.api.call('POST', `/v1/integrations/${id}/check`, body);
}

/** Makes every call that is due, as a pump does. */
export async function makeProbes({ config, database: { pool } }: TestStack): Promise<void> {
  const deps = createDependencies({ config, log: createLog('test', 'silent'), pool });
  try {
    while (await makeIdProbe(deps));
  } finally {
    await closeDependencies(deps);
  }
}

/** Lets the wait of every probe be over. */
export async function passWaits({ database }: TestStack): Promise<void> {
  await database.pool.query('UPDATE id_probe SET due_at = now() WHERE ended_at IS NULL');
}

interface Offer {
  readonly messages: readonly { readonly destinations: readonly { readonly messageId: string }[] }[];
}

/** Group and id of a status of Infobip. */
export type Status = readonly [group: number, id: number];

/** Stands in for an account that answers each message with the next of these statuses, and the last one from then on. */
export function infobipAnswering(...ids: readonly Status[]): Promise<RecordingServer> {
  let calls = 0;
  return RecordingServer.start(({ method, text }, response) => {
    response.setHeader('content-type', 'application/json');
    if (method !== 'POST') return void response.end(JSON.stringify({ results: [] }));
    const [groupId, id] = ids[Math.min(calls, ids.length - 1)] ?? [1, 26];
    calls += 1;
    const { messages } = JSON.parse(text) as Offer;
    const entries = messages.flatMap(({ destinations }) =>
      destinations.map(({ messageId }) => ({ messageId, status: { groupId, id, name: `STATUS_${id}` } })),
    );
    response.end(JSON.stringify({ messages: entries }));
  });
}
