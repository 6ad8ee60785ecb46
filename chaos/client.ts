import { request } from 'undici';
import { until } from './patience.ts';

export interface ClientAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** The API as an operator uses it whose calls may meet a dead process: each is repeated until it is answered. */
export class Client {
  private readonly url: string;
  private readonly key: string;

  constructor(url: string, key: string) {
    this.url = url;
    this.key = key;
  }

  /** @throws Error for a refusal that is not 5xx */
  async call<T>(
    method: 'GET' | 'POST' | 'PUT',
    path: string,
    body?: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<T> {
    const answer = await until(`${method} ${path}`, async () => {
      const given = await this.once(method, path, body, headers);
      return given.status >= 500 ? undefined : given;
    });
    if (answer.status >= 300)
      throw new Error(`${method} ${path} was refused: ${JSON.stringify(answer.body).slice(0, 500)}`);
    // The API's own schemas say what it answers.
    return answer.body as T;
  }

  /** One call, whatever comes of it. @throws Error when there is no answer */
  async once(
    method: 'GET' | 'POST' | 'PUT',
    path: string,
    body?: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<ClientAnswer> {
    const raw = typeof body === 'string' || Buffer.isBuffer(body);
    const answer = await request(this.url + path, {
      method,
      headers: {
        authorization: `Bearer ${this.key}`,
        ...(body !== undefined && !raw && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: raw ? body : JSON.stringify(body) }),
      headersTimeout: 60_000,
      bodyTimeout: 60_000,
    });
    const text = await answer.body.text();
    return { status: answer.statusCode, body: text === '' ? undefined : (JSON.parse(text) as unknown) };
  }
}
