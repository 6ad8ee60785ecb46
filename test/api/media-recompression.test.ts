import sharp from 'sharp';
import { request } from 'undici';
import { animation, noise, storedMedia, upload, type MediaView } from '../support/media.ts';
import { TestStack } from '../support/test-stack.ts';

/** What Infobip takes of a message, through which the project sends, without room for the text. */
const BY_DEFAULT = 292_000;

let stack: TestStack;

beforeAll(async () => {
  stack = await TestStack.start({ engine: false });
});
afterEach(() => stack.database.pool.query('DELETE FROM media'));
afterAll(() => stack.stop());

/** What is served under the address of an answer. */
async function served({ path }: Pick<MediaView, 'path'>): Promise<Buffer> {
  const answer = await request(stack.api.url + path);
  return Buffer.from(await answer.body.arrayBuffer());
}

describe('an image that is too large', () => {
  it('of nearly 25 MB becomes what every sender of the project can send, and both are kept', async () => {
    const content = await noise(2_880, 2_880).png({ compressionLevel: 0 }).toBuffer();
    expect(content.length).toBeGreaterThan(24_800_000);
    expect(content.length).toBeLessThanOrEqual(25_000_000);
    const { status, body } = await upload(stack.api, content);
    expect(status).toBe(201);
    const { before, after, outcome, target } = body.recompression;
    expect([outcome, target]).toEqual(['done', BY_DEFAULT]);
    expect(before).toMatchObject({
      contentType: 'image/png',
      bytes: content.length,
      width: 2_880,
      height: 2_880,
    });
    expect(after).toMatchObject({
      id: body.id,
      hash: body.hash,
      contentType: 'image/jpeg',
      bytes: body.bytes,
    });
    expect(body.bytes).toBeLessThanOrEqual(BY_DEFAULT);
    expect(body).toMatchObject({ sourceId: before.id, warnings: [] });
    const result = await served(body);
    expect(await sharp(result).metadata()).toMatchObject({
      format: 'jpeg',
      width: body.width,
      height: body.height,
    });
    const original = await stack.api.call<MediaView>('GET', `/v1/media/${before.id}`);
    expect((await served(original.body)).equals(content)).toBe(true);
  });

  it('stays as it is where that is wished, with a warning', async () => {
    const content = await noise(700, 700).jpeg({ quality: 100 }).toBuffer();
    const { body } = await upload(stack.api, content, { recompress: 'false' });
    expect(body).toMatchObject({ bytes: content.length, recompression: { outcome: 'off' } });
    expect(body.warnings.map(({ code }) => code)).toEqual(['over_safe_size']);
    expect(await storedMedia(stack.database.pool)).toMatchObject({ files: 1 });
  });

  it('becomes as small as a target says: a number of KB, or whose limits', async () => {
    const content = await noise(900, 900).jpeg({ quality: 100 }).toBuffer();
    for (const [target, bytes] of [
      ['100', 100_000],
      ['safe', 492_000],
      ['sinch-mms', 1_000_000],
    ] as const) {
      const { body } = await upload(stack.api, content, { target });
      expect(body.recompression).toMatchObject({ outcome: 'done', target: bytes });
      expect(body.bytes).toBeLessThanOrEqual(bytes);
    }
    const { body } = await upload(stack.api, content, { target: 't-mobile' });
    expect(body.recompression).toMatchObject({ outcome: 'not_needed', target: 2_092_000 });
  });

  it('is made of the same content the same', async () => {
    const content = await noise(700, 700).png().toBuffer();
    const first = await upload(stack.api, content);
    const second = await upload(stack.api, content);
    expect([first.status, second.status]).toEqual([201, 200]);
    expect(second.body).toEqual(first.body);
    expect(await storedMedia(stack.database.pool)).toMatchObject({ files: 2 });
  });

  it('loses what the camera has noted, and not how it is turned', async () => {
    const content = await noise(800, 400)
      .withExif({ IFD3: { GPSLatitude: '47/1 36/1 0/1', GPSLatitudeRef: 'N' } })
      .withMetadata({ orientation: 6 })
      .jpeg({ quality: 100 })
      .toBuffer();
    const { body } = await upload(stack.api, content, { target: '100' });
    expect(body.recompression.before).toMatchObject({ width: 400, height: 800 });
    const metadata = await sharp(await served(body)).metadata();
    expect([metadata.exif, metadata.orientation]).toEqual([undefined, undefined]);
    expect(metadata.height / metadata.width).toBeCloseTo(2, 1);
  });

  it('that one can see through stays so', async () => {
    const content = await noise(600, 600, 4).png().toBuffer();
    const { body } = await upload(stack.api, content, { target: '100' });
    expect(body).toMatchObject({ contentType: 'image/png', recompression: { outcome: 'done' } });
    expect((await sharp(await served(body)).stats()).isOpaque).toBe(false);
    const opaque = await noise(600, 600).ensureAlpha(1).png().toBuffer();
    expect((await upload(stack.api, opaque, { target: '100' })).body.contentType).toBe('image/jpeg');
  });
});

describe('an animation that is too large', () => {
  it('becomes smaller and keeps all its pictures', async () => {
    const content = await animation(200, 150, 12);
    const { body } = await upload(stack.api, content, { target: '150' });
    expect(body.recompression).toMatchObject({ outcome: 'done', before: { width: 200, height: 150 } });
    expect(body.bytes).toBeLessThanOrEqual(150_000);
    expect(body).toMatchObject({ contentType: 'image/gif', frames: 12 });
    expect(await sharp(await served(body)).metadata()).toMatchObject({ format: 'gif', pages: 12 });
  });

  it('stays as it is where it can not be so small, with a warning', async () => {
    const content = await animation(60, 60, 40);
    const { body } = await upload(stack.api, content, { target: '10' });
    expect(body).toMatchObject({
      bytes: content.length,
      recompression: { outcome: 'not_possible', target: 10_000 },
    });
    expect(body.warnings.map(({ code }) => code)).toEqual(['not_recompressed']);
  });
});
