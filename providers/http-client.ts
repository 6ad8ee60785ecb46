import { Pool, type Dispatcher } from 'undici';
import type { CallWindow } from './provider.ts';

/** Largest answer that is read. */
const MAX_ANSWER_BYTES = 1_048_576;

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** A call without a whole answer. `sent` tells whether any byte of the request may have left. */
export class CallError extends Error {
  readonly code: string;
  readonly sent: 'no' | 'maybe';

  constructor(code: string, message: string, sent: 'no' | 'maybe') {
    super(message);
    this.name = 'CallError';
    this.code = code;
    this.sent = sent;
  }
}

export interface HttpRequest {
  readonly method: 'GET' | 'POST';
  /** Path and query below the origin. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Calls to one integration that a process has under way at most. */
export const MOST_CALLS = 128;

/** Calls to one provider over kept connections, each made once: nothing is ever retried here. */
export class HttpClient {
  private readonly pool: Pool;
  private readonly basePath: string;

  constructor(baseUrl: string, connections = MOST_CALLS) {
    const url = new URL(baseUrl);
    this.basePath = url.pathname.replace(/\/$/, '');
    this.pool = new Pool(url.origin, { connections, pipelining: 1, connect: { timeout: 1_000 } });
  }

  /** @throws CallError */
  request(request: HttpRequest, window: CallWindow): Promise<HttpAnswer> {
    return new Promise((resolve, reject) => {
      const call = new Call(window, resolve, reject);
      this.pool.dispatch(
        {
          method: request.method,
          path: this.basePath + request.path,
          headers: request.headers,
          body: request.body ?? null,
        },
        call,
      );
    });
  }

  close(): Promise<void> {
    return this.pool.destroy();
  }
}

/** Follows one call; knows whether its first byte may have been written. */
class Call implements Dispatcher.DispatchHandler {
  private sent: 'no' | 'maybe' = 'no';
  private status = 0;
  private headers: HttpAnswer['headers'] = {};
  private readonly chunks: Buffer[] = [];
  private bytes = 0;
  private settled = false;
  private abort: ((reason: Error) => void) | undefined;
  private readonly window: CallWindow;
  private readonly resolve: (answer: HttpAnswer) => void;
  private readonly reject: (error: CallError) => void;
  private readonly onDeadline = (): void => this.fail('timeout', 'The provider did not answer in time.');

  constructor(window: CallWindow, resolve: (answer: HttpAnswer) => void, reject: (error: CallError) => void) {
    this.window = window;
    this.resolve = resolve;
    this.reject = reject;
    if (window.deadline.aborted) this.onDeadline();
    else window.deadline.addEventListener('abort', this.onDeadline, { once: true });
  }

  /** Called immediately before the request is written: throwing here keeps every byte of it in. */
  onRequestStart(controller: Dispatcher.DispatchController): void {
    if (performance.now() > this.window.startBy) {
      throw new CallError('late', 'The call could not be started in time and was not made.', 'no');
    }
    if (this.settled) throw new CallError('late', 'The call was given up before it was made.', 'no');
    this.abort = (reason) => controller.abort(reason);
    this.sent = 'maybe';
    this.window.onWrite?.();
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: HttpAnswer['headers'],
  ): void {
    this.status = status;
    this.headers = headers;
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.bytes += chunk.length;
    if (this.bytes > MAX_ANSWER_BYTES)
      this.fail('answer_too_large', 'The provider answered more than 1 MiB.');
    else this.chunks.push(chunk);
  }

  onResponseEnd(): void {
    this.settle(() =>
      this.resolve({
        status: this.status,
        headers: this.headers,
        body: Buffer.concat(this.chunks).toString('utf8'),
      }),
    );
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    const code = 'code' in error && typeof error.code === 'string' ? error.code : 'connection_failed';
    this.settle(() =>
      this.reject(error instanceof CallError ? error : new CallError(code, error.message, this.sent)),
    );
  }

  private fail(code: string, message: string): void {
    const error = new CallError(code, message, this.sent);
    this.settle(() => this.reject(error));
    this.abort?.(error);
  }

  private settle(finish: () => void): void {
    if (this.settled) return;
    this.settled = true;
    this.window.deadline.removeEventListener('abort', this.onDeadline);
    finish();
  }
}
