import type { Readable } from 'node:stream';
import { request } from 'undici';
import type { RunState } from '../domain/states.ts';

export interface ImportReport {
  readonly lines: number;
  readonly created: number;
  readonly updated: number;
  readonly rejectedCount: number;
  readonly rejected: readonly { readonly line: number; readonly reason: string; readonly message: string }[];
}

/** The API as a marketer uses it. */
export class ApiClient {
  private readonly url: string;
  private readonly key: string;

  constructor(url: string, key: string) {
    this.url = url;
    this.key = key;
  }

  importCustomers(body: Readable, contentType: string): Promise<ImportReport> {
    return this.call('POST', '/v1/customers/import', { body, headers: { 'content-type': contentType } });
  }

  createScenario(scenario: unknown): Promise<{ id: string }> {
    return this.call('POST', '/v1/scenarios', this.json(scenario));
  }

  launch(scenarioId: string, idempotencyKey: string): Promise<{ id: string; workflowId: string }> {
    return this.call('POST', `/v1/scenarios/${scenarioId}/launch`, {
      headers: { 'idempotency-key': idempotencyKey },
    });
  }

  run(id: string): Promise<RunProgress> {
    return this.call('GET', `/v1/runs/${id}`);
  }

  integrations(): Promise<{ integrations: readonly { readonly id: string; readonly key: string }[] }> {
    return this.call('GET', '/v1/integrations');
  }

  checkIntegration(
    id: string,
  ): Promise<{ webhooks: readonly { readonly url: string; readonly inbound: boolean }[] }> {
    return this.call('POST', `/v1/integrations/${id}/check`);
  }

  private json(body: unknown): { body: string; headers: Record<string, string> } {
    return { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
  }

  private async call<T>(
    method: 'GET' | 'POST',
    path: string,
    { body, headers }: { body?: string | Readable; headers?: Record<string, string> } = {},
  ): Promise<T> {
    const answer = await request(this.url + path, {
      method,
      headers: { authorization: `Bearer ${this.key}`, ...headers },
      ...(body !== undefined && { body }),
      headersTimeout: 0,
      bodyTimeout: 0,
    });
    const text = await answer.body.text();
    if (answer.statusCode >= 300) throw new Error(`${method} ${path} was refused: ${refusalOf(text)}`);
    // The API's own schemas say what it answers.
    return JSON.parse(text) as T;
  }
}

export interface RunProgress {
  readonly state: RunState;
  readonly stateReason: string | null;
  readonly audience: number | null;
  readonly cohorts: { readonly total: number; readonly finished: number };
  readonly messages: Readonly<Record<string, number>>;
  readonly suppressed: Readonly<Record<string, number>>;
  readonly rate: { readonly messagesPerSecond: number };
  readonly nodes: readonly {
    readonly name: string;
    readonly here: number;
    readonly outcomes: Readonly<Record<string, number>>;
    readonly messages: Readonly<Record<string, number>>;
  }[];
  readonly incidents: readonly { readonly node_id: string; readonly message: string }[];
}

function refusalOf(text: string): string {
  try {
    return (JSON.parse(text) as { detail?: string }).detail ?? text;
  } catch {
    return text.slice(0, 500);
  }
}
