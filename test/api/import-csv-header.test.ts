import { entriesOf, expectProblem } from '../support/problem.ts';
import { chunk, RawConnection, requestHead } from '../support/raw-connection.ts';
import { TestStack } from '../support/test-stack.ts';

let stack: TestStack;

beforeAll(async () => {
  stack = await TestStack.start({ engine: false });
});
afterAll(() => stack.stop());

describe('the header of a CSV import', () => {
  it('is refused with everything that is wrong with it, and nothing is taken', async () => {
    const header = [
      'phone',
      'points:numbr',
      '',
      'city',
      'city',
      'consent.marketting.granted',
      'consent.marketing.grantd',
    ];
    const answer = await stack.api.importCsv(`${header.join(',')}\n+12125550200,1,,,,true,true\n`);
    const problem = expectProblem(answer, 422, 'bad_import_header');
    expect(entriesOf(problem)).toEqual([
      ['/1', 'bad_column'],
      ['/2', 'bad_column'],
      ['/4', 'bad_column'],
      ['/5', 'unknown_category'],
      ['/6', 'unknown_consent_field'],
      ['', 'bad_column'],
    ]);
    expect(problem.detail).toContain('Did you mean "number"?');
    expect(problem.detail).toContain('Did you mean "granted"?');
    expect(problem.detail).toContain('There is no column "externalId".');
    const { rows } = await stack.database.pool.query('SELECT FROM customer');
    expect(rows).toEqual([]);
  });

  it('must be there', async () => {
    for (const csv of ['', '\n\n', '\uFEFF'])
      expectProblem(await stack.api.importCsv(csv), 422, 'bad_import_header');
  });

  it('alone imports nobody and is no error', async () => {
    expect((await stack.api.importCsv('externalId,phone')).body).toMatchObject({ lines: 0, created: 0 });
  });

  it('takes a type for attributes only: an externalId keeps its leading zeros', async () => {
    for (const column of [
      'externalId:number',
      'externalId,phone:number',
      'externalId,consent.marketing.time:number',
    ]) {
      const answer = await stack.api.importCsv(`${column}\n007\n`);
      expectProblem(answer, 422, 'bad_import_header');
    }
  });

  it('is refused at once, and a client that sends on is not left hanging', async () => {
    const connection = await RawConnection.open(stack.api.url);
    await connection.send(
      requestHead('POST /v1/customers/import', {
        authorization: `Bearer ${stack.api.key}`,
        'content-type': 'text/csv',
        'transfer-encoding': 'chunked',
      }),
      chunk(Buffer.from('wrong,header\n')),
    );
    const line = Buffer.from('c-1,something\n'.repeat(10_000));
    const rest = Array.from({ length: 200 }, () => chunk(line));
    await connection.send(...rest, '0\r\n\r\n');
    expect(connection.statuses).toEqual([422]);
    expect(connection.failure).toBeUndefined();
    connection.destroy();
  }, 10_000);
});
