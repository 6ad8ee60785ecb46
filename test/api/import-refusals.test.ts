import { gzipSync } from 'node:zlib';
import { sweepImports } from '../../database/imports/sweep-imports.ts';
import { importNdjson } from '../support/import.ts';
import { jobEnd, queueLines, readProblems, sendJob, storedRows } from '../support/import-jobs.ts';
import { otherProject } from '../support/other-project.ts';
import { expectProblem } from '../support/problem.ts';
import { TestStack } from '../support/test-stack.ts';

const CSV = 'externalId\nrefused\n';
const NOTHING = { jobs: 0, chunks: 0, problems: 0 };

let stack: TestStack;

beforeAll(async () => {
  stack = await TestStack.start({ engine: false });
});
afterEach(() => stack.database.pool.query('DELETE FROM import_job'));
afterAll(() => stack.stop());

describe.each([
  ['at once', 200, {}],
  ['by a job', 202, { prefer: 'respond-async' }],
])('an import that is carried out %s', (_when, status, prefer) => {
  it.each(['gzip', 'GZIP', 'br', 'identity, deflate'])('unpacks no %s', async (encoding) => {
    const headers = { 'content-type': 'text/csv', 'content-encoding': encoding, ...prefer };
    const answer = await stack.api.call('POST', '/v1/customers/import', gzipSync(CSV), headers);
    expect(expectProblem(answer, 415, 'unsupported_media_type').detail).toContain('Content-Encoding');
    expect(await storedRows(stack.database.pool)).toEqual(NOTHING);
  });

  it.each(['utf-16', '"ISO-8859-1"', 'utf-8; charset=windows-1252', ''])(
    'reads no charset %s',
    async (charset) => {
      const answer = await sendJob(stack.api, CSV, `text/csv; header=present; charset=${charset}`, prefer);
      expect(expectProblem(answer, 415, 'unsupported_media_type').detail).toContain('UTF-8');
      expect(await storedRows(stack.database.pool)).toEqual(NOTHING);
    },
  );

  it.each(['utf-8', '"UTF-8"', 'utf8', 'US-ASCII'])('reads charset %s', async (charset) => {
    const headers = { 'content-encoding': 'Identity', ...prefer };
    expect((await sendJob(stack.api, CSV, `text/csv;Charset=${charset}`, headers)).status).toBe(status);
  });
});

describe('a project with 100 open import jobs', () => {
  it('gets no other before one has ended, at whatever moment they are sent', async () => {
    const { pool } = stack.database;
    await pool.query(
      `INSERT INTO import_job (project_id, format, state, queued_at, turn_at, lease_until)
       SELECT $1, 'csv', (ARRAY['queued', 'running', 'receiving'])[1 + i % 3], now(), now(), now() + interval '1 hour'
       FROM generate_series(1, 97) AS i`,
      [stack.projectId],
    );
    await pool.query(
      `INSERT INTO import_job (project_id, format, state, finished_at)
       SELECT $1, 'csv', 'finished', now() FROM generate_series(1, 50)`,
      [stack.projectId],
    );
    const answers = await Promise.all(Array.from({ length: 8 }, () => sendJob(stack.api, CSV)));
    const refused = answers.filter(({ status }) => status !== 202);
    expect(refused).toHaveLength(5);
    for (const answer of refused) {
      expect(expectProblem(answer, 429, 'too_many_imports').detail).toContain('100');
      expect(answer.headers['retry-after']).toBe('60');
    }
    expect(await storedRows(pool)).toMatchObject({ jobs: 150, chunks: 3 });
    expect((await sendJob(await otherProject(stack), CSV)).status).toBe(202);
    expect((await sendJob(stack.api, CSV, 'text/csv', {})).status).toBe(200);
    await pool.query(
      `UPDATE import_job SET state = 'finished', finished_at = now()
       WHERE id = (SELECT id FROM import_job WHERE project_id = $1 AND state = 'queued' LIMIT 1)`,
      [stack.projectId],
    );
    expect((await sendJob(stack.api, CSV)).status).toBe(202);
    expectProblem(await sendJob(stack.api, CSV), 429, 'too_many_imports');
  });
});

describe('a rejected line of a customer who was erased', () => {
  it('goes with them when it was read before, and with its job when it was read after', async () => {
    const { pool } = stack.database;
    const carriedOut = async (): Promise<string> => {
      const id = await queueLines(stack.api, [{ externalId: 'gone', timezone: 'Mars/Base' }]);
      const stop = stack.startImports();
      await jobEnd(stack.api, id);
      await stop();
      return id;
    };
    await importNdjson(stack.api, { externalId: 'gone' });
    const before = await carriedOut();
    expect((await readProblems(stack.api, before)).problems).toMatchObject([{ externalId: 'gone' }]);
    expect((await stack.api.call('DELETE', '/v1/customers/gone')).status).toBe(204);
    expect((await readProblems(stack.api, before)).problems).toEqual([]);
    const after = await carriedOut();
    expect((await readProblems(stack.api, after)).problems).toMatchObject([{ externalId: 'gone' }]);
    await pool.query(`UPDATE import_job SET finished_at = finished_at - interval '31 days'`);
    await sweepImports(pool);
    expect(await storedRows(pool)).toEqual(NOTHING);
  });
});
