import { createHash } from 'node:crypto';
import sharp from 'sharp';
import { sweepMedia } from '../../database/media/receive-media.ts';
import { eventually } from '../support/eventually.ts';
import { FORM_END, FORM_TYPE, fileHead, form, noise, plain, storedMedia, upload } from '../support/media.ts';
import { entriesOf, expectProblem } from '../support/problem.ts';
import { chunk, RawConnection, requestHead } from '../support/raw-connection.ts';
import { TestStack } from '../support/test-stack.ts';

const NOTHING = { files: 0, chunks: 0 };
const CARD = Buffer.from('BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Harbour & Pine\r\nEND:VCARD\r\n');

let stack: TestStack;
let photo: Buffer;

beforeAll(async () => {
  stack = await TestStack.start({ engine: false });
  photo = await noise(300, 200).jpeg().toBuffer();
});
afterEach(() => stack.database.pool.query('DELETE FROM media'));
afterAll(() => stack.stop());

/** Begins to send a file. */
async function beginUpload(): Promise<RawConnection> {
  const connection = await RawConnection.open(stack.api.url);
  await connection.send(
    requestHead('POST /v1/media', {
      authorization: `Bearer ${stack.api.key}`,
      ...{ 'content-type': FORM_TYPE, 'transfer-encoding': 'chunked' },
    }),
    chunk(Buffer.from(fileHead('file'))),
  );
  return connection;
}

/** Waits until so many pieces of files are stored. */
const storing = (pieces: number): Promise<true> =>
  eventually(async () => ((await storedMedia(stack.database.pool)).chunks >= pieces ? true : undefined));

describe('a file that is sent', () => {
  it('is stored under the hash of its content, and told what it is', async () => {
    const answer = await upload(stack.api, photo, { type: 'image/jpeg' });
    const hash = createHash('sha256').update(photo).digest('hex');
    expect(answer.status).toBe(201);
    expect(answer.body).toMatchObject({
      ...{ hash, path: `/media/${hash}.jpg`, url: `${stack.config.publicUrl}/media/${hash}.jpg` },
      ...{ contentType: 'image/jpeg', bytes: photo.length, width: 300, height: 200, frames: 1 },
      ...{ sourceId: null, warnings: [], recompression: { outcome: 'not_needed' } },
    });
    expect(answer.headers['location']).toBe(`/v1/media/${answer.body.id}`);
    expect((await stack.api.call('GET', answer.body.path)).status).toBe(200);
  });

  it('is stored once, however often and however quickly it is sent', async () => {
    const answers = await Promise.all(Array.from({ length: 5 }, () => upload(stack.api, photo)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 200, 200, 201]);
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
    expect(await storedMedia(stack.database.pool)).toMatchObject({ files: 1 });
    const page = await stack.api.call<{ media: unknown[] }>('GET', '/v1/media');
    expect(page.body.media).toHaveLength(1);
  });

  it('is shown as it is turned', async () => {
    const turned = await noise(60, 40).withMetadata({ orientation: 6 }).jpeg().toBuffer();
    expect((await upload(stack.api, turned)).body).toMatchObject({ width: 40, height: 60 });
  });

  it('may be a contact card, of which a warning tells that phones may not show it', async () => {
    for (const type of ['text/x-vcard', 'application/octet-stream', undefined]) {
      const { body } = await upload(stack.api, CARD, type === undefined ? {} : { type });
      expect(body).toMatchObject({ contentType: 'text/vcard', width: null, frames: null });
      expect(body.path).toMatch(/\.vcf$/);
      expect(body.warnings.map(({ code }) => code)).toEqual(['fallback_text_required']);
    }
  });

  it('is told whose limits it keeps and whose it breaks', async () => {
    const large = Buffer.concat([Buffer.from('%PDF-1.7\n'), Buffer.alloc(600_000, 0x20)]);
    const { body } = await upload(stack.api, large);
    const [safe] = body.fits;
    expect(safe).toEqual({
      preset: 'safe',
      senders: ['short-code', 'toll-free', 'long-code', 'alphanumeric'],
      fits: false,
      breaks: [{ limit: 'message', max: 500_000, actual: 600_009 }],
    });
    const kept = body.fits.filter(({ fits }) => fits).map(({ preset }) => preset);
    expect([...new Set(kept)].sort()).toEqual(
      ['att', 'recommended', 'sinch-mms', 't-mobile', 'us-ca-carriers', 'us-cellular', 'verizon'].sort(),
    );
    expect(body.warnings.map(({ code }) => code)).toEqual([
      'fallback_text_required',
      'over_safe_size',
      'not_recompressed',
    ]);
  });
});

describe('a file that is refused leaves nothing', () => {
  const html = Buffer.from('<!doctype html><html><script>alert(1)</script></html>');
  const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>');

  it.each<[what: string, content: () => Buffer | Promise<Buffer>, type: string, code: string]>([
    ['HTML that is called a JPEG', () => html, 'image/jpeg', 'unknown_media_type'],
    ['HTML that is called HTML', () => html, 'text/html', 'unknown_media_type'],
    ['SVG', () => svg, 'image/svg+xml', 'unknown_media_type'],
    ['nothing', () => Buffer.alloc(0), 'image/png', 'unknown_media_type'],
    ['a JPEG that is called a PNG', () => photo, 'image/png', 'media_type_mismatch'],
    ['a JPEG that is cut off', () => photo.subarray(0, photo.length / 2), 'image/jpeg', 'broken_media'],
    [
      'a PNG that is cut off',
      async () => (await noise(50, 50).png().toBuffer()).subarray(0, 4_000),
      'image/png',
      'broken_media',
    ],
    [
      'a PNG without pictures',
      () => Buffer.from('\x89PNG\r\n\x1A\n\0\0\0\x0DIHDRnonsense', 'latin1'),
      'image/png',
      'broken_media',
    ],
    [
      'a JPEG of noise',
      () => Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), Buffer.alloc(9_000, 7)]),
      'image/jpeg',
      'broken_media',
    ],
    [
      'a GIF without pictures',
      () => Buffer.from('GIF89a\x01\0\x01\0\0\0\0;', 'latin1'),
      'image/gif',
      'broken_media',
    ],
  ])('%s', async (_what, content, type, code) => {
    expectProblem(await upload(stack.api, await content(), { type }), 422, code);
    expect(await storedMedia(stack.database.pool)).toEqual(NOTHING);
  });

  it('a PNG of few bytes and very many pixels', async () => {
    const bomb = await plain(15_000, 15_000).png({ compressionLevel: 9 }).toBuffer();
    expect(bomb.length).toBeLessThan(2_000_000);
    const problem = expectProblem(await upload(stack.api, bomb), 422, 'image_too_large');
    expect(problem.detail).toContain('15000 × 15000 pixels');
    expect(await storedMedia(stack.database.pool)).toEqual(NOTHING);
  });

  it('an animation that has too many pixels in all its pictures', async () => {
    const small = await sharp(Buffer.alloc(8_000 * 40 * 3), {
      raw: { width: 8_000, height: 40, channels: 3, pageHeight: 20 },
    })
      .gif({ effort: 1 })
      .toBuffer();
    // The same two pictures 800 times.
    const at = small.lastIndexOf(Buffer.from([0x21, 0xf9, 0x04]));
    const repeated = Buffer.concat([
      small.subarray(0, -1),
      ...Array.from({ length: 800 }, () => small.subarray(at, -1)),
      Buffer.from(';'),
    ]);
    const problem = expectProblem(await upload(stack.api, repeated), 422, 'image_too_large');
    expect(problem.detail).toMatch(/in 80\d pictures/);
    expect(await storedMedia(stack.database.pool)).toEqual(NOTHING);
  });

  it.each([
    ['film', 50, Buffer.from('\0\0\0\x18ftypmp42\0\0\0\0mp42isom')],
    ['picture', 25, Buffer.from('\x89PNG\r\n\x1A\n\0\0\0\x0DIHDR', 'latin1')],
    ['document', 2, Buffer.from('%PDF-1.7\n')],
  ])('one that is larger than any %s may be, as soon as it is', async (_what, megabytes, head) => {
    const connection = await beginUpload();
    let sent = 1;
    await connection.send(chunk(Buffer.concat([head, Buffer.alloc(1_000_000)])));
    for (; sent < 60 && connection.statuses.length === 0; sent += 1)
      await connection.send(chunk(Buffer.alloc(1_000_000)));
    await eventually(() => connection.statuses[0]);
    expect(connection.statuses).toEqual([413]);
    expect(sent).toBeGreaterThan(megabytes);
    expect(sent).toBeLessThan(60);
    expect(await storedMedia(stack.database.pool)).toEqual(NOTHING);
    connection.destroy();
  });

  it('one that announces to be too large', async () => {
    const connection = await RawConnection.open(stack.api.url);
    await connection.send(
      requestHead('POST /v1/media', {
        authorization: `Bearer ${stack.api.key}`,
        ...{ 'content-type': FORM_TYPE, 'content-length': 60_000_000 },
      }),
    );
    await eventually(() => connection.statuses[0]);
    expect(connection.statuses).toEqual([413]);
    connection.destroy();
  });

  it('HTML, before the rest of it has come in', async () => {
    const connection = await beginUpload();
    await connection.send(chunk(Buffer.concat([html, Buffer.alloc(5_000, 0x20)])));
    await eventually(() => connection.statuses[0]);
    expect(connection.statuses).toEqual([422]);
    // Who sends on is heard out.
    await connection.send(chunk(Buffer.alloc(1_000_000)), chunk(Buffer.from(FORM_END)), '0\r\n\r\n');
    expect(connection.failure).toBeUndefined();
    expect(await storedMedia(stack.database.pool)).toEqual(NOTHING);
    connection.destroy();
  });

  it('one that breaks off', async () => {
    const connection = await beginUpload();
    await connection.send(chunk(Buffer.concat([Buffer.from('%PDF-1.7\n'), Buffer.alloc(1_000_000)])));
    await storing(3);
    expect((await stack.api.call('GET', '/v1/media')).body).toEqual({ media: [], next: null });
    connection.destroy();
    await eventually(async () => ((await storedMedia(stack.database.pool)).files === 0 ? true : undefined));
    expect(await storedMedia(stack.database.pool)).toEqual(NOTHING);
  });

  it('one whose process has died, once nothing more of it has come in for a while', async () => {
    const { pool } = stack.database;
    const connection = await beginUpload();
    await connection.send(chunk(Buffer.concat([Buffer.from('%PDF-1.7\n'), Buffer.alloc(600_000)])));
    await storing(2);
    await sweepMedia(pool);
    expect(await storedMedia(pool)).toMatchObject({ files: 1 });
    await pool.query('UPDATE media SET lease_until = clock_timestamp()');
    await sweepMedia(pool);
    expect(await storedMedia(pool)).toEqual(NOTHING);
    await connection.send(chunk(Buffer.alloc(600_000)), chunk(Buffer.from(FORM_END)), '0\r\n\r\n');
    await eventually(() => connection.statuses[0]);
    expect(connection.statuses).toEqual([503]);
    connection.destroy();
  });

  it('one of too many at once', async () => {
    await stack.database.pool.query(
      `INSERT INTO media (project_id, lease_until) SELECT $1, now() + interval '1 hour' FROM generate_series(1, 20)`,
      [stack.projectId],
    );
    const answer = await upload(stack.api, photo);
    expectProblem(answer, 429, 'too_many_uploads');
    expect(answer.headers['retry-after']).toBe('5');
  });
});

describe('a form that is not what it should be leaves nothing', () => {
  const send = (body: Buffer | string, type = FORM_TYPE): ReturnType<typeof stack.api.call> =>
    stack.api.call('POST', '/v1/media', body, { 'content-type': type });

  it.each<[what: string, body: () => Buffer, status: number, code: string]>([
    ['no file', () => form(['target', 'safe']), 422, 'bad_body'],
    ['a file of another name', () => form(['picture', { content: photo }]), 422, 'bad_body'],
    ['two files', () => form(['file', { content: photo }], ['file', { content: CARD }]), 422, 'bad_body'],
    [
      'a target of no known name',
      () => form(['file', { content: photo }], ['target', 'tiny']),
      422,
      'bad_body',
    ],
    ['a target of nothing', () => form(['file', { content: photo }], ['target', '0']), 422, 'bad_body'],
    ['a field of no known name', () => form(['file', { content: photo }], ['size', '1']), 422, 'bad_body'],
    ['neither yes nor no', () => form(['recompress', 'no'], ['file', { content: photo }]), 422, 'bad_body'],
    ['no end', () => form(['file', { content: photo }]).subarray(0, -10), 400, 'bad_header'],
    ['no form at all', () => photo, 400, 'bad_header'],
  ])('%s', async (_what, body, status, code) => {
    expectProblem(await send(body()), status, code);
    expect(await storedMedia(stack.database.pool)).toEqual(NOTHING);
  });

  it('no boundary, or another type', async () => {
    expectProblem(await send(photo, 'multipart/form-data'), 400, 'bad_header');
    expectProblem(await send(photo, 'image/jpeg'), 415, 'unsupported_media_type');
    expectProblem(await send('{"url"', 'application/json'), 400, 'bad_json');
    const problem = expectProblem(await send('{"link": "x"}', 'application/json'), 422, 'bad_body');
    expect(entriesOf(problem)).toContainEqual(['/link', 'unknown_field']);
  });
});
