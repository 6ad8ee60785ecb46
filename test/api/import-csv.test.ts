import { importCsv, readCustomer, rejections } from '../support/import.ts';
import { TestStack } from '../support/test-stack.ts';

let stack: TestStack;

beforeAll(async () => {
  stack = await TestStack.start({ engine: false });
});
afterAll(() => stack.stop());

describe('an import of CSV', () => {
  it('gives typed columns their types and leaves the others texts', async () => {
    const report = await importCsv(
      stack.api,
      'externalId,phone,first_name,points:number,vip:boolean,since:date,seen:date,zip',
      'ana,+12125550200,Ana,12.5,TRUE,2026-02-01,2026-02-01T10:00:00+02:00,02134',
    );
    expect(report).toEqual({
      ...{ lines: 1, created: 1, updated: 0 },
      ...{ rejectedCount: 0, rejected: [], warningsCount: 0, warnings: [] },
    });
    const { phone, attributes } = await readCustomer(stack.api, 'ana');
    expect(phone).toBe('+12125550200');
    expect(attributes).toEqual({
      first_name: 'Ana',
      points: 12.5,
      vip: true,
      since: '2026-02-01',
      seen: '2026-02-01T08:00:00.000Z',
      zip: '02134',
    });
  });

  it('updates a customer, and an empty cell says nothing', async () => {
    await importCsv(stack.api, 'externalId,phone,language,city', 'bo,+12125550201,en,Oslo');
    const report = await importCsv(stack.api, 'externalId,phone,language,city', 'bo,,,Bergen');
    expect(report).toMatchObject({ created: 0, updated: 1 });
    expect(await readCustomer(stack.api, 'bo')).toMatchObject({
      phone: '+12125550201',
      language: 'en',
      attributes: { city: 'Bergen' },
    });
  });

  it('reads a byte order mark, CRLF, quoted commas, quotes and line breaks', async () => {
    const csv = '\uFEFFexternalId,note,city\r\nq-1,"Hello, ""world""\r\nand on",Oslo\r\nq-2,"","Bergen"\r\n';
    const report = await importCsv(stack.api, csv);
    expect(report).toMatchObject({ lines: 2, created: 2, rejected: [] });
    expect((await readCustomer(stack.api, 'q-1')).attributes).toEqual({
      note: 'Hello, "world"\r\nand on',
      city: 'Oslo',
    });
    expect((await readCustomer(stack.api, 'q-2')).attributes).toEqual({ city: 'Bergen' });
  });

  it('refuses each bad line by its number in the file and takes the others', async () => {
    const report = await importCsv(
      stack.api,
      'externalId,phone,timezone,language,points:number,vip:boolean,since:date,consent.marketing.granted',
      'g-1,,,,1,true,2026-01-01,true',
      ',+12125550202,,,,,,',
      'b-1,,Mars/Base,,,,,',
      'b-2,,,english please,,,,',
      'b-3,,,,many,,,',
      'b-4,,,,,perhaps,,',
      'b-5,,,,,,soon,',
      'b-6,,,,,,,maybe',
      'b-7,,,,,,,,one cell too many',
      '',
      'g-2,"two',
      'lines"',
      'b-8,,,,x',
      'g-3',
    );
    expect(rejections(report)).toEqual([
      [3, 'external_id_missing'],
      [4, 'bad_timezone'],
      [5, 'bad_language'],
      [6, 'bad_field'],
      [7, 'bad_field'],
      [8, 'bad_field'],
      [9, 'bad_field'],
      [10, 'bad_csv'],
      [14, 'bad_field'],
    ]);
    expect(report).toMatchObject({ lines: 12, created: 3 });
    expect((await stack.api.call('GET', '/v1/customers/b-3')).status).toBe(404);
  });

  it('refuses dates and numbers that only look like some', async () => {
    const report = await importCsv(
      stack.api,
      'externalId,since:date,points:number',
      'd-1,2026-02-30,',
      'd-2,item 5,',
      'd-3,2026-13-01,',
      'd-4,,Infinity',
    );
    expect(rejections(report).map(([line]) => line)).toEqual([2, 3, 4, 5]);
  });

  it('takes the last of several lines of one customer', async () => {
    const report = await importCsv(stack.api, 'externalId,city', 'twice,Oslo', 'once,Rome', 'twice,Bergen');
    expect(report).toMatchObject({ lines: 3, created: 2, updated: 1 });
    expect((await readCustomer(stack.api, 'twice')).attributes).toEqual({ city: 'Bergen' });
  });

  it('loses no line before or after one whose quotes are wrong', async () => {
    const report = await importCsv(
      stack.api,
      'externalId,note',
      'w-1,fine',
      'w-2,a "quote" inside',
      'w-3,fine',
    );
    expect(rejections(report)).toEqual([[3, 'bad_csv']]);
    expect(report.created).toBe(2);
  });

  it('says that a quote was never closed, and has taken what came before', async () => {
    const report = await importCsv(
      stack.api,
      'externalId,note',
      'u-1,fine',
      'u-2,"never closed',
      'u-3,swallowed',
    );
    expect(report.created).toBe(1);
    expect(report.rejected.map(({ reason }) => reason)).toEqual(['bad_csv']);
    expect((await readCustomer(stack.api, 'u-1')).attributes).toEqual({ note: 'fine' });
  });
});
