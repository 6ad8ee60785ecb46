import { ServiceProcess } from '../support/service-process.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const SCRIPT = (failure: string): string => `
  import { runService } from './database/service.ts';
  await runService('broken', async () => {
    setTimeout(() => { ${failure} }, 10);
    await new Promise(() => setTimeout(() => undefined, 60_000));
  });`;

describe('a process in which an error is not caught', () => {
  it.each([
    ['thrown', `throw new Error('calling +12125550100 failed')`],
    ['a rejection', `Promise.reject(new Error('calling +12125550100 failed'))`],
  ])('tells it by its log, without numbers, and ends: %s', async (_, failure) => {
    const service = new ServiceProcess(['--input-type=module', '--eval', SCRIPT(failure)], {
      DATABASE_URL: database.url,
    });
    expect(await service.end(20_000)).toBe(1);
    expect(JSON.parse(service.output)).toMatchObject({
      process: 'broken',
      err: { message: 'calling [number] failed' },
    });
  });
});
