import { randomUUID } from 'node:crypto';
import { request } from 'undici';
import { eventually } from './eventually.ts';

export interface ApiAnswer<T = Record<string, unknown>> {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  readonly body: T;
}

export interface RunView {
  readonly id: string;
  readonly state: string;
  readonly stateReason: string | null;
  readonly stateExplanation: string | null;
  readonly excludeRuns: readonly string[];
  readonly audience: number | null;
  readonly turnsUntil: string | null;
  readonly quietHours: readonly {
    readonly node_id: string;
    readonly until: string;
    readonly customers: number;
  }[];
  readonly workflowId: string;
  readonly cohorts: { readonly total: number; readonly finished: number };
  readonly messages: Readonly<Record<string, number>>;
  readonly suppressed: Readonly<Record<string, number>>;
  readonly incidents: readonly {
    readonly code: string;
    readonly node_id: string;
    readonly since: string;
    readonly decided: number;
  }[];
  readonly nodes: readonly {
    readonly node_id: string;
    readonly action_id: number | null;
    readonly here: number;
    readonly outcomes: Readonly<Record<string, number>>;
    readonly reasons: Readonly<Record<string, number>>;
    readonly messages: Readonly<Record<string, number>>;
  }[];
}

const CHANGES: ReadonlySet<string> = new Set(['PUT', 'PATCH', 'DELETE']);

/** The API as a user of it, who changes things as they are unless the headers say more. */
export class Api {
  readonly url: string;
  readonly key: string;

  constructor(url: string, key: string) {
    this.url = url;
    this.key = key;
  }

  async call<T = Record<string, unknown>>(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<ApiAnswer<T>> {
    const raw = typeof body === 'string' || body === undefined || Buffer.isBuffer(body);
    const answer = await request(this.url + path, {
      method: method as 'GET',
      headers: {
        authorization: `Bearer ${this.key}`,
        ...(raw ? {} : { 'content-type': 'application/json' }),
        ...(CHANGES.has(method) && { 'if-match': '*' }),
        ...headers,
      },
      ...(body !== undefined && { body: raw ? (body as string) : JSON.stringify(body) }),
    });
    const text = await answer.body.text();
    return { status: answer.statusCode, headers: answer.headers, text, body: parse(text) as T };
  }

  importCsv(csv: string): Promise<ApiAnswer> {
    return this.call('POST', '/v1/customers/import', csv, { 'content-type': 'text/csv' });
  }

  importNdjson(lines: readonly unknown[]): Promise<ApiAnswer> {
    const text = lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n');
    return this.call('POST', '/v1/customers/import', text, { 'content-type': 'application/x-ndjson' });
  }

  /** Customers with consent, one a number. */
  async importConsenting(
    phones: Readonly<Record<string, string>>,
    more: Record<string, unknown> = {},
  ): Promise<void> {
    const proof = {
      'consent.marketing.granted': true,
      'consent.marketing.time': '2026-01-01T00:00:00Z',
      'consent.marketing.method': 'web_form',
      'consent.marketing.source': 'https://shop.example.com',
    };
    const lines = Object.entries(phones).map(([externalId, phone]) => ({
      externalId,
      phone,
      ...proof,
      ...more,
    }));
    const answer = await this.importNdjson(lines);
    if (answer.status !== 200) throw new Error(answer.text);
  }

  async createScenario(scenario: unknown): Promise<string> {
    const answer = await this.call<{ id: string }>('POST', '/v1/scenarios', scenario);
    if (answer.status !== 201) throw new Error(answer.text);
    return answer.body.id;
  }

  async launch(
    scenarioId: string,
    key: string = randomUUID(),
  ): Promise<ApiAnswer<{ id: string; workflowId: string }>> {
    return this.call('POST', `/v1/scenarios/${scenarioId}/launch`, undefined, { 'idempotency-key': key });
  }

  /** Creates and launches a scenario. @returns the run's id */
  async run(scenario: unknown): Promise<string> {
    const answer = await this.launch(await this.createScenario(scenario));
    if (answer.status !== 202) throw new Error(answer.text);
    return answer.body.id;
  }

  async readRun(runId: string): Promise<RunView> {
    return (await this.call<RunView>('GET', `/v1/runs/${runId}`)).body;
  }

  /** Waits for the run's end. */
  runEnd(runId: string, timeoutMs = 50_000): Promise<RunView> {
    return eventually(async () => {
      const run = await this.readRun(runId);
      return ['finished', 'cancelled', 'failed'].includes(run.state) &&
        run.cohorts.finished === run.cohorts.total
        ? run
        : undefined;
    }, timeoutMs);
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
