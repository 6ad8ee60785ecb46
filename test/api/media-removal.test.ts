import { HeldLocks } from '../support/held-locks.ts';
import { otherProject } from '../support/other-project.ts';
import { noise, upload, type MediaView } from '../support/media.ts';
import { entriesOf, expectProblem } from '../support/problem.ts';
import { chain, mms, NOW } from '../support/scenarios.ts';
import { TestStack } from '../support/test-stack.ts';

let stack: TestStack;

beforeAll(async () => {
  stack = await TestStack.start({ engine: false });
});
afterAll(() => stack.stop());

async function stored(): Promise<MediaView> {
  return (await upload(stack.api, await noise(40, 30).jpeg().toBuffer())).body;
}

const scenarioWith = (url: string): object => chain('Sale', NOW, mms('send', { media: [{ url }] }));
const remove = (id: string, headers = {}): ReturnType<typeof stack.api.call> =>
  stack.api.call('DELETE', `/v1/media/${id}`, undefined, headers);

describe('a project’s files', () => {
  it('are read one by one and in pages, the newest first, by nobody else', async () => {
    const files = [await stored(), await stored(), await stored()];
    const stranger = await otherProject(stack);
    for (const { id, hash, path } of files) {
      const answer = await stack.api.call<MediaView>('GET', `/v1/media/${id}`);
      expect(answer.body).toMatchObject({ id, hash, path, contentType: 'image/jpeg', width: 40, height: 30 });
      expectProblem(await stranger.call('GET', `/v1/media/${id}`), 404, 'not_found');
      expectProblem(await stranger.call('DELETE', `/v1/media/${id}`), 404, 'not_found');
    }
    const ids: string[] = [];
    for (let cursor = ''; ;) {
      const page = await stack.api.call<{ media: MediaView[]; next: string | null }>(
        'GET',
        `/v1/media?limit=2${cursor}`,
      );
      ids.push(...page.body.media.map(({ id }) => id));
      if (page.body.next === null) break;
      cursor = `&cursor=${page.body.next}`;
    }
    expect(ids).toEqual(files.map(({ id }) => id).reverse());
    expect((await stranger.call('GET', '/v1/media')).body).toEqual({ media: [], next: null });
    expectProblem(await stack.api.call('GET', '/v1/media/nothing'), 404, 'not_found');
  });
});

describe('a file that is removed', () => {
  it('is gone with its content, if it is as it was read', async () => {
    const { id, path } = await stored();
    const { headers } = await stack.api.call('GET', `/v1/media/${id}`);
    expectProblem(await remove(id, { 'if-match': '"other"' }), 412, 'precondition_failed');
    expect((await remove(id, { 'if-match': String(headers['etag']) })).status).toBe(204);
    expectProblem(await stack.api.call('GET', path), 404, 'not_found');
    expectProblem(await remove(id), 404, 'not_found');
    const { rows } = await stack.database.pool.query('SELECT FROM media_chunk WHERE media_id = $1', [id]);
    expect(rows).toEqual([]);
  });

  it('stays where another project has the same content', async () => {
    const content = await noise(40, 30).jpeg().toBuffer();
    const [mine, theirs] = [
      await upload(stack.api, content),
      await upload(await otherProject(stack), content),
    ];
    expect([mine.status, theirs.status]).toEqual([201, 201]);
    await remove(mine.body.id);
    expect((await stack.api.call('GET', theirs.body.path)).status).toBe(200);
  });
});

describe('a file that is used stays', () => {
  it('as long as a draft names it, be it by its path or by its whole address', async () => {
    const { id, path, url } = await stored();
    for (const address of [path, url]) {
      const scenarioId = await stack.api.createScenario(scenarioWith(address));
      const problem = expectProblem(await remove(id), 409, 'media_in_use');
      expect(problem.detail).toContain('scenarios "Sale"');
      const put = await stack.api.call('PUT', `/v1/scenarios/${scenarioId}`, chain('Sale', NOW, mms('send')));
      expect(put.status).toBe(200);
    }
    expect((await remove(id)).status).toBe(204);
  });

  it('as long as a run may send it, and 72 hours longer', async () => {
    const { id, path } = await stored();
    const scenarioId = await stack.api.createScenario(scenarioWith(path));
    const runId = (await stack.api.launch(scenarioId)).body.id;
    await stack.api.call('PUT', `/v1/scenarios/${scenarioId}`, chain('Sale', NOW, mms('send')));
    expect(expectProblem(await remove(id), 409, 'media_in_use').detail).toContain(`runs ${runId}`);
    const { pool } = stack.database;
    const endedFor = (hours: number): Promise<unknown> =>
      pool.query(
        `UPDATE run SET state = 'finished', finished_at = clock_timestamp() - make_interval(hours => $2) WHERE id = $1`,
        [runId, hours],
      );
    await endedFor(71);
    expectProblem(await remove(id), 409, 'media_in_use');
    await endedFor(73);
    expect((await remove(id)).status).toBe(204);
  });

  it('for 90 days where customers were given a link to what it is in', async () => {
    const { pool } = stack.database;
    const removedAfter = async (text: string, days: number): Promise<number> => {
      const { id, path } = await stored();
      const node = mms('send', { media: [{ url: path }], fallback: { by: 'engine', text } });
      const scenarioId = await stack.api.createScenario(chain('Sale', NOW, node));
      const runId = (await stack.api.launch(scenarioId)).body.id;
      await stack.api.call('PUT', `/v1/scenarios/${scenarioId}`, chain('Sale', NOW, mms('send')));
      await pool.query(
        `UPDATE run SET state = 'finished', finished_at = clock_timestamp() - make_interval(days => $2) WHERE id = $1`,
        [runId, days],
      );
      return (await remove(id)).status;
    };
    expect(await removedAfter('Look: {{ message.link }}', 89)).toBe(409);
    expect(await removedAfter(`Look: {{ message  ['link'] }}`, 89)).toBe(409);
    expect(await removedAfter('Look: {{ message.link }}', 91)).toBe(204);
    expect(await removedAfter('No message for you', 4)).toBe(204);
  });

  it('or is gone for a launch that comes at the same time', async () => {
    const { id, path } = await stored();
    const scenarioId = await stack.api.createScenario(scenarioWith(path));
    const { pool } = stack.database;
    // A removal that has looked for drafts before there was one, and has not ended yet.
    const launched = await HeldLocks.during(pool, 'DELETE FROM media WHERE id = $1', [id], async (held) => {
      const launching = stack.api.launch(scenarioId);
      await held.isWaitedFor();
      return { launching };
    });
    const problem = expectProblem(await launched.launching, 422, 'invalid_scenario');
    expect(entriesOf(problem)).toEqual([['/nodes/1/config/media/0/url', 'unknown_media']]);
  });
});
