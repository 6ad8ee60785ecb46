import { once } from 'node:events';
import net from 'node:net';
import { HttpClient, type CallError, type HttpAnswer } from '../../providers/http-client.ts';
import type { CallWindow } from '../../providers/provider.ts';
import { callWindow } from '../support/provider-conformance.ts';
import { RecordingServer } from '../support/recording-server.ts';
import { freePort } from '../support/temporal-server.ts';

const REQUEST = {
  method: 'POST',
  path: '/send?x=1',
  headers: { 'x-key': 'secret' },
  body: '{"a":"ü"}',
} as const;

let server: RecordingServer;
let client: HttpClient;

beforeEach(async () => {
  server = await RecordingServer.start();
  client = new HttpClient(`${server.url}/v1/`, 2);
});
afterEach(async () => {
  await client.close();
  await server.stop();
});

/** The error that a call ends with. */
async function failure(call: Promise<HttpAnswer>): Promise<CallError> {
  return call.then(
    () => Promise.reject(new Error('The call was answered.')),
    (error: unknown) => error as CallError,
  );
}

describe('a call', () => {
  it('goes out as it is told and brings status, headers and body back', async () => {
    server.respond = (_request, response) =>
      response.writeHead(418, { 'x-answer': 'yes' }).end('short and stout');
    const answer = await client.request(REQUEST, callWindow());
    expect(answer).toMatchObject({ status: 418, body: 'short and stout', headers: { 'x-answer': 'yes' } });
    expect(server.requests).toMatchObject([
      { method: 'POST', path: '/v1/send?x=1', headers: { 'x-key': 'secret' }, text: '{"a":"ü"}' },
    ]);
  });

  it('puts a body together that comes in pieces, also within a character', async () => {
    const whole = Buffer.from('{"text":"für 5 €"}');
    server.respond = (_request, response) => {
      response.writeHead(200);
      for (const byte of whole) response.write(Buffer.from([byte]));
      response.end();
    };
    expect((await client.request(REQUEST, callWindow())).body).toBe(whole.toString());
  });

  it('does not follow another address', async () => {
    server.respond = (_request, response) =>
      response.writeHead(307, { location: `${server.url}/other` }).end();
    expect((await client.request(REQUEST, callWindow())).status).toBe(307);
    expect(server.requests).toHaveLength(1);
  });

  it('gives up an answer of more than a mebibyte, and may have been sent', async () => {
    server.respond = (_request, response) => response.writeHead(200).end(Buffer.alloc(1_200_000, 'x'));
    const error = await failure(client.request(REQUEST, callWindow()));
    expect(error).toMatchObject({ name: 'CallError', code: 'answer_too_large', sent: 'maybe' });
    server.respond = (_request, response) => response.writeHead(200).end(Buffer.alloc(1_000_000, 'x'));
    expect((await client.request(REQUEST, callWindow())).body).toHaveLength(1_000_000);
  });

  it('that is cut off may have been sent, and is not made again', async () => {
    server.respond = (_request, response) => response.destroy();
    expect(await failure(client.request(REQUEST, callWindow()))).toMatchObject({ sent: 'maybe' });
    server.respond = (_request, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('half', () => response.destroy());
    };
    expect(await failure(client.request(REQUEST, callWindow()))).toMatchObject({ sent: 'maybe' });
    expect(server.requests).toHaveLength(2);
  });

  it('that is not answered by its deadline may have been sent', async () => {
    server.respond = () => undefined;
    expect(await failure(client.request(REQUEST, callWindow(100)))).toMatchObject({
      code: 'timeout',
      sent: 'maybe',
    });
  });

  it('leaves room for the next one whatever became of it', async () => {
    server.respond = () => undefined;
    await Promise.all([1, 2, 3].map(() => failure(client.request(REQUEST, callWindow(100)))));
    server.respond = (_request, response) => response.writeHead(204).end();
    expect((await client.request(REQUEST, callWindow())).status).toBe(204);
  });
});

describe('a call that can not be started', () => {
  const unsent = { name: 'CallError', sent: 'no' };

  it('because every connection is busy until it is too late is never made', async () => {
    server.respond = () => undefined;
    const busy = [1, 2].map(() => failure(client.request(REQUEST, callWindow(400))));
    const soon: CallWindow = { startBy: performance.now() + 100, deadline: AbortSignal.timeout(2_000) };
    expect(await failure(client.request(REQUEST, soon))).toMatchObject({ ...unsent, code: 'late' });
    await Promise.all(busy);
    expect(server.requests).toHaveLength(2);
  });

  it('because its deadline passes while it waits is never made', async () => {
    server.respond = () => undefined;
    const busy = [1, 2].map(() => failure(client.request(REQUEST, callWindow(400))));
    expect(await failure(client.request(REQUEST, callWindow(100)))).toMatchObject({
      ...unsent,
      code: 'timeout',
    });
    await Promise.all(busy);
    server.respond = (_request, response) => response.writeHead(204).end();
    await client.request(REQUEST, callWindow());
    expect(server.requests).toHaveLength(3);
  });

  it('because nobody listens was not sent', async () => {
    const nobody = new HttpClient(`http://127.0.0.1:${await freePort()}`);
    const error = await failure(nobody.request(REQUEST, callWindow()));
    await nobody.close();
    expect(error).toMatchObject({ ...unsent, code: 'ECONNREFUSED' });
  });

  it('because there is no such host was not sent', async () => {
    const nowhere = new HttpClient('http://no-such-host.invalid');
    const error = await failure(nowhere.request(REQUEST, callWindow(5_000)));
    await nowhere.close();
    expect(error).toMatchObject(unsent);
  });

  it('because the other side does not speak TLS was not sent', async () => {
    const plain = net.createServer((socket) => socket.end('this is no TLS\r\n'));
    plain.listen(0, '127.0.0.1');
    await once(plain, 'listening');
    const address = plain.address();
    const secure = new HttpClient(`https://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`);
    const error = await failure(secure.request(REQUEST, callWindow()));
    await secure.close();
    plain.close();
    expect(error).toMatchObject(unsent);
  });
});
