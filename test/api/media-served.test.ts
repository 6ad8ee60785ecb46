import { createHash } from 'node:crypto';
import { Api } from '../support/api.ts';
import { noise, upload } from '../support/media.ts';
import { expectProblem } from '../support/problem.ts';
import { RawConnection, requestHead } from '../support/raw-connection.ts';
import { TestStack } from '../support/test-stack.ts';

let stack: TestStack;
let stranger: Api;
let photo: Buffer;
let hash: string;
let path: string;

beforeAll(async () => {
  stack = await TestStack.start({ engine: false });
  stranger = new Api(stack.api.url, 'nobody');
  photo = await noise(400, 300).jpeg().toBuffer();
  hash = createHash('sha256').update(photo).digest('hex');
  path = (await upload(stack.api, photo, { recompress: 'false' })).body.path;
});
afterAll(() => stack.stop());

/** Everything that comes back on one connection, with its head apart; the date is left out. */
async function raw(
  method: string,
  headers: Record<string, string> = {},
): Promise<{ head: string; body: string }> {
  const connection = await RawConnection.open(stack.api.url);
  await connection.send(requestHead(`${method} ${path}`, { connection: 'close', ...headers }));
  await connection.closed;
  const at = connection.text.indexOf('\r\n\r\n') + 4;
  return {
    head: connection.text.slice(0, at).replace(/^Date: .*\r\n/m, ''),
    body: connection.text.slice(at),
  };
}

describe('a stored file', () => {
  const head = (): string =>
    [
      'HTTP/1.1 200 OK',
      'x-content-type-options: nosniff',
      'cache-control: public, max-age=86400, immutable',
      'content-type: image/jpeg',
      `etag: "${hash}"`,
      "content-security-policy: default-src 'none'; sandbox",
      'accept-ranges: bytes',
      `content-length: ${photo.length}`,
      'Connection: close',
      '',
      '',
    ].join('\r\n');

  it('is served to anybody who knows its hash, with its length and its type', async () => {
    const answer = await raw('GET');
    expect(answer.head.toLowerCase()).toBe(head().toLowerCase());
    expect(Buffer.from(answer.body, 'latin1').equals(photo)).toBe(true);
  });

  it('is told of without its content', async () => {
    const answer = await raw('HEAD');
    expect(answer.head.toLowerCase()).toBe(head().toLowerCase());
    expect(answer.body).toBe('');
  });

  it('is served in parts', async () => {
    const { body } = await upload(
      stack.api,
      Buffer.concat([Buffer.from('%PDF-1.7\n'), Buffer.alloc(600_000), Buffer.from('the end')]),
    );
    const part = async (range: string, more = {}): Promise<readonly unknown[]> => {
      const answer = await stranger.call('GET', body.path, undefined, { range, ...more });
      const { 'content-range': place, 'content-length': length } = answer.headers;
      return [answer.status, place, length, answer.text.length > 20 ? '…' : answer.text];
    };
    const all = [200, undefined, '600016', '…'];
    expect(await part('bytes=0-3')).toEqual([206, 'bytes 0-3/600016', '4', '%PDF']);
    expect(await part('bytes=-3')).toEqual([206, 'bytes 600013-600015/600016', '3', 'end']);
    expect(await part('bytes=600009-')).toEqual([206, 'bytes 600009-600015/600016', '7', 'the end']);
    expect(await part('bytes=3-500000')).toEqual([206, 'bytes 3-500000/600016', '499998', '…']);
    expect(await part('bytes=600016-')).toEqual([416, 'bytes */600016', '0', '']);
    expect(await part('bytes=0-3,9-12')).toEqual(all);
    expect(await part('lines=1-2')).toEqual(all);
    expect(await part('bytes=0-3', { 'if-range': `"${body.hash}"` })).toEqual([
      ...[206, 'bytes 0-3/600016', '4', '%PDF'],
    ]);
    expect(await part('bytes=0-3', { 'if-range': '"another"' })).toEqual(all);
  });

  it('is not sent again to who has it', async () => {
    const answer = await stranger.call('GET', path, undefined, { 'if-none-match': `W/"x", "${hash}"` });
    expect([answer.status, answer.text, answer.headers['etag']]).toEqual([304, '', `"${hash}"`]);
    expect((await stranger.call('GET', path, undefined, { 'if-none-match': '"x"' })).status).toBe(200);
  });

  it('is at no other address', async () => {
    for (const other of [
      path.replace('.jpg', '.png'),
      path.replace('.jpg', ''),
      path.replace('.jpg', '.jpeg'),
      path.replace(hash, hash.toUpperCase()),
      path.replace(hash, `${hash}0`),
      `${path}/`,
      path.replace(/^\/media\/./, '/media/g'),
    ])
      expectProblem(await stranger.call('GET', other), 404, 'not_found');
    for (const method of ['POST', 'PUT', 'DELETE'])
      expect([method, (await stranger.call(method, path)).status]).toEqual([method, 404]);
  });

  it('says of a card and a document what they are, without a charset that nobody knows', async () => {
    for (const [content, type] of [
      ['BEGIN:VCARD\nFN:Ana\nEND:VCARD\n', 'text/vcard'],
      ['%PDF-1.4\n', 'application/pdf'],
    ] as const) {
      const { body } = await upload(stack.api, Buffer.from(content));
      const answer = await stranger.call('GET', body.path);
      expect([answer.headers['content-type'], answer.text]).toEqual([type, content]);
    }
  });

  it('whose content has a gap breaks off instead of seeming whole', async () => {
    const { body } = await upload(
      stack.api,
      Buffer.concat([Buffer.from('%PDF-1.7\n'), Buffer.alloc(900_000)]),
    );
    const { pool } = stack.database;
    await pool.query(
      `DELETE FROM media_chunk WHERE media_id = $1
         AND first_byte = (SELECT max(first_byte) FROM media_chunk WHERE media_id = $1)`,
      [body.id],
    );
    await expect(stranger.call('GET', body.path)).rejects.toThrow();
  });
});

describe('an example of the repository', () => {
  it('is served as before', async () => {
    const answer = await stranger.call('GET', '/media/summer-sale.png');
    expect([answer.status, answer.headers['content-type']]).toEqual([200, 'image/png']);
  });
});
