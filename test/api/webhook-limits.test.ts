import { jest } from '@jest/globals';
import { createLog } from '../../config/log.ts';
import { apiWithoutDatabase, type ApiWithoutDatabase } from '../support/dead-database.ts';
import { chunk, RawConnection, requestHead } from '../support/raw-connection.ts';
import { TestStack } from '../support/test-stack.ts';
import { inbox, post, report, reportPath } from '../support/webhooks.ts';

let stack: TestStack;
let path: string;
let broken: ApiWithoutDatabase;
const log = createLog('test', 'silent');

beforeAll(async () => {
  stack = await TestStack.start({ engine: false });
  path = await reportPath(stack);
  broken = await apiWithoutDatabase(stack, log);
});
afterAll(async () => {
  await broken.stop();
  await stack.stop();
});

const MEGABYTE = Buffer.alloc(1_048_576, 'x');

describe('a webhook of ten megabytes', () => {
  it('that announces its length is answered with 413 and the connection is closed', async () => {
    const connection = await RawConnection.open(stack.api.url);
    await connection.send(requestHead(`POST ${path}`, { 'content-length': 10 * MEGABYTE.length }));
    await connection.send(...Array.from({ length: 10 }, () => MEGABYTE));
    await connection.closed;
    expect(connection.statuses).toEqual([413]);
  });

  it('that does not announce its length is answered with 413 and the connection is closed', async () => {
    const connection = await RawConnection.open(stack.api.url);
    await connection.send(requestHead(`POST ${path}`, { 'transfer-encoding': 'chunked' }));
    await connection.send(...Array.from({ length: 10 }, () => chunk(MEGABYTE)));
    await connection.closed;
    expect(connection.statuses).toEqual([413]);
  });

  it('leaves the next webhook unharmed', async () => {
    expect(await post(stack.api.url + path, { results: [report('next')] })).toBe(200);
    expect(await inbox(stack)).toEqual({ next: ['delivered'] });
  });
});

describe('a webhook that is broken off', () => {
  it("is told by the log as the sender's doing, not as a failure to store it", async () => {
    const error = jest.spyOn(log, 'error');
    const warned = new Promise((resolve) => jest.spyOn(log, 'warn').mockImplementation(resolve));
    const connection = await RawConnection.open(broken.api.url);
    await connection.send(requestHead(`POST ${path}`, { 'content-length': 1_000 }), 'half');
    connection.destroy();
    expect(await warned).toEqual({ code: 'webhook_broken_off' });
    expect(error).not.toHaveBeenCalled();
    jest.restoreAllMocks();
  });
});

describe('a webhook of many reports', () => {
  it('is taken as a whole as long as it is not larger than a mebibyte', async () => {
    const results = Array.from({ length: 2_000 }, (_, index) => report(`many-${index}`));
    expect(await post(stack.api.url + path, { results })).toBe(200);
    expect(Object.keys(await inbox(stack)).filter((id) => id.startsWith('many-'))).toHaveLength(2_000);
  });
});

describe('while the inbox can not be written', () => {
  it('a webhook is answered with 503, so that the provider tries again', async () => {
    expect(await post(broken.api.url + path, { results: [report('refused')] })).toBe(503);
  });

  it('nothing is acknowledged that was not stored', async () => {
    const { pool } = stack.database;
    await pool.query('ALTER TABLE receipt RENAME TO receipt_away');
    expect(await post(stack.api.url + path, { results: [report('later')] })).toBe(503);
    await pool.query('ALTER TABLE receipt_away RENAME TO receipt');
    expect(await post(stack.api.url + path, { results: [report('later')] })).toBe(200);
    expect(await inbox(stack)).toMatchObject({ later: ['delivered'] });
  });
});
