import { once } from 'node:events';
import net from 'node:net';

const HEAD_END = Buffer.from('\r\n\r\n');

/**
 * One kept connection that posts one request after the other: a client that costs less than the server.
 *
 * Only for answers without a body, as webhooks have.
 */
export class WebhookConnection {
  private readonly socket: net.Socket;
  private received: Buffer = Buffer.alloc(0);
  private answered: (status: number) => void = () => undefined;

  private constructor(socket: net.Socket) {
    this.socket = socket;
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => this.read(chunk));
    socket.on('close', () => this.answered(0));
    socket.on('error', () => undefined);
  }

  static async open(host: string, port: number): Promise<WebhookConnection> {
    const socket = net.connect(port, host);
    await once(socket, 'connect');
    return new WebhookConnection(socket);
  }

  /** @returns the status, 0 when the connection broke */
  post(path: string, host: string, body: string): Promise<number> {
    return new Promise((resolve) => {
      this.answered = resolve;
      if (this.socket.destroyed) resolve(0);
      this.socket.write(
        `POST ${path} HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/json\r\n` +
          `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
      );
    });
  }

  close(): void {
    this.socket.destroy();
  }

  private read(chunk: Buffer): void {
    this.received = this.received.length === 0 ? chunk : Buffer.concat([this.received, chunk]);
    if (!this.received.includes(HEAD_END)) return;
    const status = Number(this.received.toString('latin1', 9, 12));
    this.received = Buffer.alloc(0);
    this.answered(status);
  }
}
