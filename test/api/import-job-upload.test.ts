import { once } from 'node:events';
import { createServer } from 'node:http';
import { Readable } from 'node:stream';
import { request } from 'undici';
import { receiveImport } from '../../api/imports/receive-import.ts';
import { ApiProblem } from '../../api/problem.ts';
import { createApiServer } from '../../api/server.ts';
import { sweepImports } from '../../database/imports/sweep-imports.ts';
import { RenderPool } from '../../templates/render-pool.ts';
import { Api } from '../support/api.ts';
import { apiWithoutDatabase } from '../support/dead-database.ts';
import { eventually } from '../support/eventually.ts';
import { queueLines, readJob, sendJob, storedRows } from '../support/import-jobs.ts';
import { expectProblem } from '../support/problem.ts';
import { chunk, RawConnection, requestHead } from '../support/raw-connection.ts';
import { testRegistry } from '../support/credentials.ts';
import { TestStack } from '../support/test-stack.ts';

const NOTHING = { jobs: 0, chunks: 0, problems: 0 };

let stack: TestStack;

beforeAll(async () => {
  stack = await TestStack.start({ engine: false });
});
afterEach(() => stack.database.pool.query('DELETE FROM import_job'));
afterAll(() => stack.stop());

/** Begins to send a file that a job is to be made of. */
async function beginUpload(url = stack.api.url, contentType = 'text/csv'): Promise<RawConnection> {
  const connection = await RawConnection.open(url);
  await connection.send(
    requestHead('POST /v1/customers/import', {
      ...{ authorization: `Bearer ${stack.api.key}`, prefer: 'respond-async' },
      ...{ 'content-type': contentType, 'transfer-encoding': 'chunked' },
    }),
  );
  return connection;
}

/** About 600 KB of lines. */
const LINES = Buffer.from('c-1,something\n'.repeat(43_000));

async function storing(atLeast: number): Promise<void> {
  await eventually(async () => {
    const { chunks } = await storedRows(stack.database.pool);
    return chunks >= atLeast ? true : undefined;
  });
}

const gone = (): Promise<true> =>
  eventually(async () => ((await storedRows(stack.database.pool)).jobs === 0 ? true : undefined));

describe('a file that a job is to be made of', () => {
  it('is stored while it comes in, and seen by nobody before its last byte', async () => {
    const connection = await beginUpload();
    await connection.send(chunk(Buffer.from('externalId,note\n')), chunk(LINES));
    await storing(2);
    expect((await stack.api.call('GET', '/v1/imports')).body).toEqual({ imports: [], next: null });
    const { rows } = await stack.database.pool.query<{ id: string }>('SELECT id FROM import_job');
    const path = `/v1/imports/${rows[0]?.id ?? ''}`;
    expectProblem(await stack.api.call('GET', path), 404, 'not_found');
    await connection.send('0\r\n\r\n');
    await eventually(() => connection.statuses[0]);
    expect(connection.statuses).toEqual([202]);
    expect((await stack.api.call('GET', path)).body).toMatchObject({ state: 'queued' });
    connection.destroy();
  });

  it('and breaks off leaves nothing', async () => {
    const connection = await beginUpload();
    await connection.send(chunk(Buffer.from('externalId,note\n')), chunk(LINES));
    await storing(1);
    connection.destroy();
    await gone();
    expect(await storedRows(stack.database.pool)).toEqual(NOTHING);
  });

  it('and stops coming in is given up', async () => {
    const providers = testRegistry(stack.config.publicUrl);
    const server = createApiServer(
      { ...stack.importDependencies(), providers, renderPool: new RenderPool() },
      300,
    );
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const url = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
    const connection = await beginUpload(url);
    await connection.send(chunk(Buffer.from('externalId,note\n')), chunk(LINES));
    await connection.closed;
    await gone();
    await new Promise((resolve) => server.close(resolve));
  });

  it('whose process has died is removed by the others', async () => {
    const { pool } = stack.database;
    const connection = await beginUpload();
    await connection.send(chunk(Buffer.from('externalId,note\n')), chunk(LINES));
    await storing(1);
    await sweepImports(pool);
    expect(await storedRows(pool)).toMatchObject({ jobs: 1 });
    await pool.query('UPDATE import_job SET lease_until = clock_timestamp()');
    await sweepImports(pool);
    expect(await storedRows(pool)).toEqual(NOTHING);
    // Had it only been slow, it learns that it came too late.
    await connection.send(chunk(LINES), '0\r\n\r\n');
    await eventually(() => connection.statuses[0]);
    expect(connection.statuses).toEqual([503]);
    connection.destroy();
  });

  it('is refused at its header, at once, and a client that sends on is not left hanging', async () => {
    const connection = await beginUpload();
    await connection.send(chunk(Buffer.from('wrong,hea')), chunk(Buffer.from('der\n')));
    await eventually(() => connection.statuses[0]);
    expect(connection.statuses).toEqual([422]);
    for (let index = 0; index < 20; index += 1) await connection.send(chunk(LINES));
    await connection.send('0\r\n\r\n');
    expect(connection.failure).toBeUndefined();
    expect(await storedRows(stack.database.pool)).toEqual(NOTHING);
    connection.destroy();
  });

  it.each([
    ['nothing', '', 'text/csv', 422, 'bad_import_header'],
    ['empty lines', '\n\n', 'text/csv', 422, 'bad_import_header'],
    ['an open quote', `"${'x'.repeat(300_000)}`, 'text/csv', 422, 'bad_import_header'],
    ['another type', '[]', 'application/json', 415, 'unsupported_media_type'],
  ])('is refused as it is at once: %s', async (_what, body, type, status, code) => {
    const later = expectProblem(await sendJob(stack.api, body, type), status, code);
    const now = expectProblem(await sendJob(stack.api, body, type, {}), status, code);
    expect(later).toEqual(now);
    expect(await storedRows(stack.database.pool)).toEqual(NOTHING);
  });

  it('may hold nothing but a header', async () => {
    expect((await sendJob(stack.api, 'externalId')).status).toBe(202);
    expect((await readJob(stack.api, await queueLines(stack.api, []))).bytes).toEqual({ total: 0, done: 0 });
  });
});

describe('a file that is too large for a job', () => {
  it('is refused at its announcement', async () => {
    const connection = await RawConnection.open(stack.api.url);
    await connection.send(
      requestHead('POST /v1/customers/import', {
        ...{ authorization: `Bearer ${stack.api.key}`, prefer: 'respond-async' },
        ...{ 'content-type': 'text/csv', 'content-length': 1_073_741_825 },
      }),
    );
    await eventually(() => connection.statuses[0]);
    expect(connection.statuses).toEqual([413]);
    connection.destroy();
  });

  it('is refused where it becomes so, and leaves nothing', async () => {
    const failures: unknown[] = [];
    const server = createServer((incoming, response) => {
      receiveImport(stack.importDependencies(), stack.projectId, incoming, 500_000).then(
        () => response.end(),
        (error: unknown) => {
          failures.push(error);
          incoming.resume();
          response.end();
        },
      );
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    await request(`http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}/`, {
      ...{ method: 'POST', headers: { 'content-type': 'text/csv' } },
      body: Readable.from([Buffer.from('externalId,note\n'), LINES]),
    });
    expect(failures).toEqual([expect.any(ApiProblem)]);
    expect(failures).toMatchObject([{ code: 'too_large', status: 413 }]);
    expect(await storedRows(stack.database.pool)).toEqual(NOTHING);
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
});

describe('a file that can not be stored', () => {
  it('is answered so, and leaves nothing', async () => {
    const { pool } = stack.database;
    const connection = await beginUpload();
    await connection.send(chunk(Buffer.from('externalId,note\n')), chunk(LINES));
    await storing(1);
    await pool.query('ALTER TABLE import_chunk RENAME TO import_chunk_away');
    try {
      await connection.send(chunk(LINES));
      await eventually(() => connection.statuses[0]);
      expect(connection.statuses[0]).toBeGreaterThanOrEqual(500);
    } finally {
      await pool.query('ALTER TABLE import_chunk_away RENAME TO import_chunk');
      connection.destroy();
    }
    await gone();
    const dead = await apiWithoutDatabase(stack);
    const answer = await sendJob(new Api(dead.api.url, dead.api.key), 'externalId\n');
    expectProblem(answer, 503, 'unavailable');
    await dead.stop();
  });
});
