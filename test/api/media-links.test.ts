import type { ServerResponse } from 'node:http';
import { fetchLink } from '../../api/media/fetch-link.ts';
import type { ApiAnswer } from '../support/api.ts';
import { noise, storedMedia, type MediaView } from '../support/media.ts';
import { expectProblem } from '../support/problem.ts';
import { RecordingServer } from '../support/recording-server.ts';
import { TestStack } from '../support/test-stack.ts';

const NOTHING = { files: 0, chunks: 0 };

let stack: TestStack;
let cdn: RecordingServer;
let canary: RecordingServer;
let photo: Buffer;

beforeAll(async () => {
  stack = await TestStack.start({ engine: false });
  [cdn, canary] = [await RecordingServer.start(), await RecordingServer.start()];
  photo = await noise(300, 200).jpeg().toBuffer();
});
beforeEach(() => {
  cdn.requests.length = 0;
  canary.requests.length = 0;
});
afterEach(() => stack.database.pool.query('DELETE FROM media'));
afterAll(async () => {
  await cdn.stop();
  await canary.stop();
  await stack.stop();
});

const link = (url: string, more: object = {}): Promise<ApiAnswer<MediaView>> =>
  stack.api.call('POST', '/v1/media', { url, ...more });

const sendPhoto = (_request: unknown, response: ServerResponse): void =>
  void response.writeHead(200, { 'content-type': 'image/jpeg', 'content-length': photo.length }).end(photo);

/** Redirects as a path says: `/to?` and the next address. */
function redirect(to: string, status = 302): (_request: unknown, response: ServerResponse) => void {
  return (_request, response) => void response.writeHead(status, { location: to }).end();
}

describe('a file that is linked', () => {
  it('is fetched once and is from then on what it was', async () => {
    cdn.respond = sendPhoto;
    const { status, body } = await link(`${cdn.url}/photo?size=large`);
    expect(status).toBe(201);
    expect(body).toMatchObject({ contentType: 'image/jpeg', bytes: photo.length, width: 300, height: 200 });
    expect(cdn.requests).toMatchObject([
      { method: 'GET', path: '/photo?size=large', headers: { 'accept-encoding': 'identity' } },
    ]);
    expect(cdn.requests[0]?.headers).not.toHaveProperty('authorization');
    cdn.respond = (_request, response) => void response.writeHead(410).end();
    expect((await stack.api.call('GET', body.path)).status).toBe(200);
    expect(cdn.requests).toHaveLength(1);
  });

  it('is the same file as one with the same content that is sent', async () => {
    cdn.respond = sendPhoto;
    const first = await link(`${cdn.url}/a.jpg`);
    const second = await link(`${cdn.url}/b.jpg`);
    expect([first.status, second.status, second.body.id]).toEqual([201, 200, first.body.id]);
  });

  it('is made smaller where it is too large', async () => {
    const large = await noise(900, 900).jpeg({ quality: 100 }).toBuffer();
    cdn.respond = (_request, response) => void response.end(large);
    const { body } = await link(`${cdn.url}/large.jpg`, { target: 100 });
    expect(body.recompression).toMatchObject({ outcome: 'done', before: { bytes: large.length } });
    expect(body.bytes).toBeLessThanOrEqual(100_000);
    const kept = await link(`${cdn.url}/large.jpg`, { recompress: false });
    expect(kept.body).toMatchObject({ bytes: large.length, recompression: { outcome: 'off' } });
  });

  it('may be redirected to, three times', async () => {
    cdn.respond = ({ path }, response) => {
      const turn = Number(path.slice(1));
      if (turn > 0) redirect(`/${turn - 1}`, [301, 302, 307][turn - 1])(undefined, response);
      else sendPhoto(undefined, response);
    };
    expect((await link(`${cdn.url}/3`)).status).toBe(201);
    expect(cdn.requests.map(({ path }) => path)).toEqual(['/3', '/2', '/1', '/0']);
    expectProblem(await link(`${cdn.url}/4`), 422, 'media_link_failed');
  });
});

describe('a link is refused, and nobody is connected to', () => {
  it.each([
    'file:///etc/passwd',
    'ftp://cdn.example.com/a.jpg',
    'data:image/png;base64,AAAA',
    'https://user:secret@cdn.example.com/a.jpg',
    'https://user@cdn.example.com/a.jpg',
    'no address',
    '/media/a.jpg',
    'http://10.0.0.1/a.jpg',
    'http://192.168.0.1/a.jpg',
    'http://169.254.169.254/latest/meta-data/',
    'http://[::ffff:169.254.169.254]/latest/meta-data/',
    'http://[fd00:ec2::254]/latest/meta-data/',
    'http://100.64.0.1/a.jpg',
  ])('%s', async (url) => {
    expectProblem(await link(url), 422, 'media_link_refused');
    expect(await storedMedia(stack.database.pool)).toEqual(NOTHING);
  });

  it('where a server redirects to one', async () => {
    const { port } = new URL(canary.url);
    for (const to of [
      `http://0.0.0.0:${port}/`,
      'http://10.0.0.1/',
      'http://169.254.169.254/latest/meta-data/',
      'http://[::ffff:a9fe:a9fe]/',
      'file:///etc/passwd',
      `http://user:secret@127.0.0.1:${port}/`,
      '',
    ]) {
      cdn.respond = redirect(to);
      const problem = expectProblem(await link(`${cdn.url}/a.jpg`), 422, 'media_link_refused');
      expect(problem.detail).not.toContain('secret');
    }
    expect(canary.requests).toEqual([]);
    expect(await storedMedia(stack.database.pool)).toEqual(NOTHING);
  });

  it('to this machine, unless the configuration says otherwise and the project is in mode simulator', async () => {
    cdn.respond = sendPhoto;
    const { pool } = stack.database;
    await pool.query(`UPDATE project SET mode = 'allow-list'`);
    expectProblem(await link(`${cdn.url}/a.jpg`), 422, 'media_link_refused');
    await pool.query(`UPDATE project SET mode = 'simulator'`);
    const careful = await TestStack.start({ engine: false, mediaFromLoopback: false });
    for (const url of [
      ...[`${cdn.url}/a.jpg`, 'http://93.184.216.34/a.jpg', 'https://93.184.216.34:8443/a.jpg'],
      ...[
        'https://localhost/',
        'https://127.0.0.1/',
        'https://[::1]/',
        'https://2130706433/',
        'https://0x7f.1/',
      ],
    ])
      expectProblem(await careful.api.call('POST', '/v1/media', { url }), 422, 'media_link_refused');
    await careful.stop();
    expect(cdn.requests).toEqual([]);
  });
});

describe('a link that gives no file leaves nothing', () => {
  const head = { 'content-type': 'image/jpeg' };

  it.each<[what: string, code: string, respond: (response: ServerResponse) => void]>([
    ['not found', 'media_link_failed', (response) => response.writeHead(404).end('no')],
    ['no content', 'media_link_failed', (response) => response.writeHead(204).end()],
    [
      'a page that is called a picture',
      'unknown_media_type',
      (response) => response.writeHead(200, head).end('<html>'),
    ],
    [
      'a picture that is called a page',
      'media_type_mismatch',
      (response) => response.writeHead(200, { 'content-type': 'text/html' }).end(photo),
    ],
    [
      'a compressed picture',
      'media_link_failed',
      (response) => response.writeHead(200, { ...head, 'content-encoding': 'gzip' }).end(photo),
    ],
    [
      'a promise of more than comes',
      'media_link_failed',
      (response) =>
        response
          .writeHead(200, { ...head, 'content-length': photo.length + 1 })
          .end(photo, () => response.destroy()),
    ],
    [
      'half a picture',
      'media_link_failed',
      (response) => response.writeHead(200, head).write(photo.subarray(0, 5_000), () => response.destroy()),
    ],
    [
      'half a picture that seems whole',
      'broken_media',
      (response) => response.writeHead(200, head).end(photo.subarray(0, 5_000)),
    ],
    ['a broken connection', 'media_link_failed', (response) => response.destroy()],
    ['no HTTP', 'media_link_failed', (response) => response.socket?.end('hello\r\n\r\n')],
  ])('%s', async (_what, code, respond) => {
    cdn.respond = (_request, response) => respond(response);
    expectProblem(await link(`${cdn.url}/a.jpg`), 422, code);
    expect(await storedMedia(stack.database.pool)).toEqual(NOTHING);
  });

  it('an announcement of too much, at once', async () => {
    cdn.respond = (_request, response) =>
      void response.writeHead(200, { 'content-length': 50_000_001 }).write('x');
    expectProblem(await link(`${cdn.url}/a.mp4`), 413, 'too_large');
  });

  it('more than may come, though little was announced', async () => {
    const connections: unknown[] = [];
    cdn.respond = (_request, response) => {
      // A length that is not kept: everything behind it belongs to no answer.
      connections.push(response);
      response.socket?.write(
        'HTTP/1.1 200 OK\r\ncontent-type: application/pdf\r\ncontent-length: 9\r\n\r\n%PDF-1.7\n',
      );
      response.socket?.end(Buffer.alloc(1_000_000));
    };
    const { body } = await link(`${cdn.url}/a.pdf`);
    expect(body.bytes).toBe(9);
    cdn.respond = (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/pdf' });
      response.write('%PDF-1.7\n');
      const more = (): void => {
        while (!response.destroyed && response.write(Buffer.alloc(1_000_000)));
      };
      response.on('drain', more);
      more();
    };
    expectProblem(await link(`${cdn.url}/endless.pdf`), 413, 'too_large');
    expect(await storedMedia(stack.database.pool)).toMatchObject({ files: 1 });
  });

  it('nothing in time, be it that no answer comes or that it drips in', async () => {
    const take = async ({ bytes }: { bytes: AsyncIterable<Buffer> }): Promise<number> => {
      let total = 0;
      for await (const part of bytes) total += part.length;
      return total;
    };
    const options = { allowLoopback: true, timeoutMs: 400 };
    cdn.respond = () => undefined;
    await expect(fetchLink(cdn.url, take, options)).rejects.toMatchObject({ code: 'media_link_failed' });
    const timers: NodeJS.Timeout[] = [];
    cdn.respond = (_request, response) => {
      response.writeHead(200, { 'content-type': 'image/jpeg' });
      timers.push(setInterval(() => response.write('x'), 20));
    };
    await expect(fetchLink(cdn.url, take, options)).rejects.toMatchObject({
      code: 'media_link_failed',
      message: expect.stringContaining('in time') as string,
    });
    for (const timer of timers) clearInterval(timer);
  });
});
