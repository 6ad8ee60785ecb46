import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';

export interface RecordedRequest {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly text: string;
}

type Respond = (request: RecordedRequest, response: ServerResponse) => void;

const ok: Respond = (_request, response) => void response.writeHead(200).end();

/** An HTTP server that remembers every request it got, and answers as it is told. */
export class RecordingServer {
  readonly url: string;
  readonly requests: RecordedRequest[] = [];
  /** What it answers from now on. */
  respond: Respond;
  private readonly server: Server;

  private constructor(server: Server, respond: Respond) {
    this.server = server;
    this.respond = respond;
    this.url = urlOf(server);
  }

  static async start(respond: Respond = ok): Promise<RecordingServer> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const recording = new RecordingServer(server, respond);
    server.on('request', (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const { method = '', url: path = '', headers } = request;
        const recorded = { method, path, headers, text: Buffer.concat(chunks).toString('utf8') };
        recording.requests.push(recorded);
        recording.respond(recorded, response);
      });
    });
    return recording;
  }

  /** Bodies of all requests, parsed from JSON. */
  bodies(): readonly unknown[] {
    return this.requests.map(({ text }) => JSON.parse(text) as unknown);
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

export function urlOf(server: Server): string {
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
}
