import type { Api } from '../support/api.ts';
import { importNdjson, readCustomer } from '../support/import.ts';
import {
  jobEnd,
  queueLines,
  readJob,
  readProblems,
  sendJob,
  storedRows,
  type ImportJobView,
} from '../support/import-jobs.ts';
import { otherProject } from '../support/other-project.ts';
import { expectProblem } from '../support/problem.ts';
import { TestStack } from '../support/test-stack.ts';

let stack: TestStack;

beforeAll(async () => {
  stack = await TestStack.start({ engine: false });
});
afterAll(() => stack.stop());

/** Lets jobs be carried out until this one has ended. */
async function carriedOut(id: string, api: Api = stack.api): Promise<ImportJobView> {
  const stop = stack.startImports();
  const job = await jobEnd(api, id);
  await stop();
  return job;
}

describe('an import with "Prefer: respond-async"', () => {
  it('is answered with a job once the file is stored, and is carried out later', async () => {
    const csv = '\uFEFFexternalId,phone,city\njob-1,+12125550200,Oslo\njob-2,+12125550201,"Rome\nor not"\n';
    const answer = await sendJob(stack.api, csv);
    expect(answer.status).toBe(202);
    expect(answer.headers).toMatchObject({
      location: `/v1/imports/${answer.body.id}`,
      'preference-applied': 'respond-async',
    });
    const total = Buffer.byteLength(csv) - 3;
    expect(answer.body).toMatchObject({ state: 'queued', format: 'csv', lines: 0, startedAt: null });
    expect(answer.body.bytes.total).toBe(total);
    expect(await readJob(stack.api, answer.body.id)).toEqual(answer.body);
    expect((await stack.api.call('GET', '/v1/customers/job-1')).status).toBe(404);

    const done = await carriedOut(answer.body.id);
    expect(done).toMatchObject({
      ...{ state: 'finished', lines: 2, created: 2, updated: 0, rejectedCount: 0, warningsCount: 0 },
      ...{ bytes: { total, done: total }, problem: null },
    });
    expect((await readCustomer(stack.api, 'job-2')).attributes).toEqual({ city: 'Rome\nor not' });
    expect(await storedRows(stack.database.pool)).toMatchObject({ chunks: 0 });
  });

  it('comes to what the same lines come to at once', async () => {
    const linesFor = (name: string): readonly unknown[] => [
      ...Array.from({ length: 1_300 }, (_, index) => ({ externalId: `${name}-${index % 900}`, index })),
      '{"oops"',
      '',
      { externalId: `${name}-far`, phone: '+442079460000' },
      { externalId: `${name}-bad`, timezone: 'Mars/Base' },
      { city: 'nobody' },
    ];
    const report = await importNdjson(stack.api, ...linesFor('at-once'));
    const id = await queueLines(stack.api, linesFor('later'));
    const job = await carriedOut(id);
    const { lines, created, updated, rejectedCount, warningsCount } = report;
    expect(job).toMatchObject({
      state: 'finished',
      ...{ lines, created, updated, rejectedCount, warningsCount },
    });
    const { problems } = await readProblems(stack.api, id);
    expect(problems.map(({ line, kind, code, externalId }) => [line, kind, code, externalId])).toEqual([
      [1_301, 'rejected', 'bad_json', null],
      [1_303, 'warning', 'country_not_served', 'later-far'],
      [1_304, 'rejected', 'bad_timezone', 'later-bad'],
      [1_305, 'rejected', 'external_id_missing', null],
    ]);
    expect((await readCustomer(stack.api, 'later-399')).attributes).toEqual({ index: 1_299 });
  });

  it('reads texts that PostgreSQL can not store, in names, lines and reasons', async () => {
    const answer = await sendJob(stack.api, 'externalId,no\u0000te\nnul\u0000,\nfine-nul,\nbad,x\n');
    const job = await carriedOut(answer.body.id);
    expect(job).toMatchObject({ state: 'finished', created: 1, rejectedCount: 2 });
    const { problems } = await readProblems(stack.api, job.id);
    expect(problems.map(({ externalId }) => externalId)).toEqual(['nul\uFFFD', 'bad']);
  });

  it('goes by when it was received, however long it has waited', async () => {
    const proof = { 'consent.marketing.method': 'a', 'consent.marketing.source': 'b' };
    const id = await queueLines(stack.api, [
      {
        externalId: 'ahead',
        ...proof,
        'consent.marketing.granted': true,
        'consent.marketing.time': new Date().toISOString(),
      },
      { externalId: 'left', 'consent.marketing.granted': false },
    ]);
    const { pool } = stack.database;
    await pool.query(
      `UPDATE import_job SET created_at = '2026-01-05T00:00:00Z', queued_at = '2026-01-05T00:00:00Z' WHERE id = $1`,
      [id],
    );
    await carriedOut(id);
    expect((await readProblems(stack.api, id)).problems).toMatchObject([{ line: 1, code: 'bad_consent' }]);
    expect((await readCustomer(stack.api, 'left')).consents['marketing']).toMatchObject({
      state: 'revoked',
      time: '2026-01-05T00:00:00+00:00',
    });
  });

  it.each([
    ['respond-async', true],
    ['Respond-Async', true],
    ['wait=10, respond-async; foo="a,b"', true],
    ['respond-async=""', true],
    ['handling=lenient', false],
    ['foo="x, respond-async, y"', false],
    ['respond-async-not', false],
    ['respond-async=no', false],
  ])('is asked for by a list of preferences: %s', async (prefer, asked) => {
    const answer = await sendJob(stack.api, 'externalId\n', 'text/csv', { prefer });
    expect(answer.status).toBe(asked ? 202 : 200);
    expect('preference-applied' in answer.headers).toBe(asked);
  });

  it('is nobody else’s', async () => {
    const id = await queueLines(stack.api, ['{"oops"']);
    await carriedOut(id);
    const other = await otherProject(stack);
    for (const path of [`/v1/imports/${id}`, `/v1/imports/${id}/problems`, '/v1/imports/none']) {
      expectProblem(await other.call('GET', path), 404, 'not_found');
    }
    expect((await other.call('GET', '/v1/imports')).body).toEqual({ imports: [], next: null });
    expectProblem(await other.call('GET', `/v1/imports?cursor=${id}`), 400, 'bad_query');
  });
});

describe('the files of one project', () => {
  it('are carried out in the order in which they were sent, so that the last one wins', async () => {
    const { pool } = stack.database;
    const old = Array.from({ length: 1_200 }, (_, index) => ({ externalId: `order-${index}`, file: 'old' }));
    const first = await queueLines(stack.api, old);
    const second = await queueLines(stack.api, [{ externalId: 'order-1199', file: 'new' }]);
    const stops = [stack.startImports(), stack.startImports()];
    await jobEnd(stack.api, second);
    await Promise.all(stops.map((stop) => stop()));
    expect((await readJob(stack.api, first)).state).toBe('finished');
    const { rows } = await pool.query(
      `SELECT attributes ->> 'file' AS file, count(*)::int FROM customer WHERE external_id LIKE 'order-%' GROUP BY 1 ORDER BY 1`,
    );
    expect(rows).toEqual([
      { file: 'new', count: 1 },
      { file: 'old', count: 1_199 },
    ]);
  });
});

describe('erasing a customer', () => {
  it('also removes what imports have kept of their lines', async () => {
    const bad = { externalId: 'gone', timezone: 'Mars/Base' };
    const id = await queueLines(stack.api, [{ externalId: 'gone' }, bad, { ...bad, externalId: 'stays' }]);
    await carriedOut(id);
    await stack.api.call('DELETE', '/v1/customers/gone');
    const { problems } = await readProblems(stack.api, id);
    expect(problems.map(({ externalId }) => externalId)).toEqual(['stays']);
  });
});
