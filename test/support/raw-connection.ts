import { once } from 'node:events';
import net from 'node:net';

/** One TCP connection, for what no polite client would send or how none would send it. */
export class RawConnection {
  /** Resolves once the connection has ended, however it did. */
  readonly closed: Promise<void>;
  /** Code of the error that broke the connection, if one did. */
  failure: string | undefined;
  private readonly socket: net.Socket;
  private received = '';

  private constructor(socket: net.Socket) {
    this.socket = socket;
    socket.on('data', (chunk: Buffer) => (this.received += chunk.toString('latin1')));
    socket.on('error', (error: NodeJS.ErrnoException) => (this.failure = error.code ?? error.message));
    this.closed = new Promise((resolve) => socket.once('close', () => resolve()));
  }

  static async open(url: string): Promise<RawConnection> {
    const { hostname, port } = new URL(url);
    const socket = net.connect(Number(port), hostname);
    await once(socket, 'connect');
    return new RawConnection(socket);
  }

  /** Everything that has come back so far. */
  get text(): string {
    return this.received;
  }

  /** Statuses of the answers that have come back so far. */
  get statuses(): readonly number[] {
    return [...this.received.matchAll(/^HTTP\/1\.1 (\d{3}) /gm)].map((match) => Number(match[1]));
  }

  /** Resolves once the bytes are written, or the other side has closed. */
  async send(...parts: readonly (string | Buffer)[]): Promise<void> {
    for (const part of parts) {
      if (this.socket.destroyed || !this.socket.writable) return;
      await Promise.race([new Promise((resolve) => this.socket.write(part, resolve)), this.closed]);
    }
  }

  destroy(): void {
    this.socket.destroy();
  }
}

/** `POST /path HTTP/1.1` and headers, ready to be sent. */
export function requestHead(request: string, headers: Readonly<Record<string, string | number>>): string {
  const lines = Object.entries({ host: 'localhost', ...headers }).map(([name, value]) => `${name}: ${value}`);
  return `${request} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`;
}

/** A body in pieces of `transfer-encoding: chunked`, without its end. */
export function chunk(data: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`${data.length.toString(16)}\r\n`), data, Buffer.from('\r\n')]);
}
