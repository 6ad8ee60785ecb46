import { Readable } from 'node:stream';
import { request } from 'undici';
import { eventually } from '../support/eventually.ts';
import { importCsv, importNdjson, rejections, type ImportReport } from '../support/import.ts';
import { TestStack } from '../support/test-stack.ts';

let stack: TestStack;

beforeAll(async () => {
  stack = await TestStack.start({ engine: false });
});
afterAll(() => stack.stop());

const TWO_MEGABYTES = 'x'.repeat(2_000_000);

async function customerCount(): Promise<number> {
  const { rows } = await stack.database.pool.query<{ count: string }>('SELECT count(*) FROM customer');
  return Number(rows[0]?.count);
}

describe('a line that is too large', () => {
  it('of NDJSON costs no other line, however large it is', async () => {
    const report = await importNdjson(
      stack.api,
      { externalId: 'n-1' },
      { externalId: 'n-2', story: TWO_MEGABYTES },
      { externalId: 'n-3', story: 'x'.repeat(20_000) },
      { externalId: 'n-4', story: 'x'.repeat(10_000) },
      TWO_MEGABYTES,
      { externalId: 'n-5' },
      TWO_MEGABYTES,
    );
    expect(rejections(report)).toEqual([
      [2, 'line_too_large'],
      [3, 'attribute_too_large'],
      [5, 'line_too_large'],
      [7, 'line_too_large'],
    ]);
    expect(report).toMatchObject({ lines: 7, created: 3 });
  });

  it('of CSV costs no other line', async () => {
    const report = await importCsv(
      stack.api,
      'externalId,story',
      'v-1,short',
      `v-2,${TWO_MEGABYTES}`,
      `v-3,${'x'.repeat(20_000)}`,
      `v-4,"${TWO_MEGABYTES}"`,
      'v-5,short',
    );
    expect(rejections(report)).toEqual([
      [3, 'line_too_large'],
      [4, 'attribute_too_large'],
      [5, 'line_too_large'],
    ]);
    expect(report).toMatchObject({ lines: 5, created: 2 });
  });

  it('is one that names too many attributes, or one with too long a name', async () => {
    const many = Object.fromEntries(Array.from({ length: 201 }, (_, index) => [`a${index}`, index]));
    const report = await importNdjson(
      stack.api,
      { externalId: 'a-1', ...many },
      { externalId: 'a-2', ['n'.repeat(101)]: 1 },
      { externalId: 'a-3', '': 1 },
    );
    expect(rejections(report)).toEqual([
      [1, 'too_many_attributes'],
      [2, 'bad_attribute'],
      [3, 'bad_attribute'],
    ]);
  });
});

describe('an import of thousands of lines', () => {
  it('is written while it still comes in, and every bad line is named', async () => {
    const before = await customerCount();
    const line = (index: number): string =>
      index % 1_000 === 999
        ? '{"oops"'
        : JSON.stringify({ externalId: `s-${index}`, phone: '+12125550200', index });
    async function* lines(): AsyncGenerator<string> {
      for (let index = 0; index < 2_000; index += 1) yield `${line(index)}\n`;
      // The rest is sent only once a part of this has been stored.
      await eventually(async () => ((await customerCount()) >= before + 1_000 ? true : undefined));
      for (let index = 2_000; index < 5_000; index += 1) yield `${line(index)}\n`;
    }
    const answer = await request(`${stack.api.url}/v1/customers/import`, {
      method: 'POST',
      headers: { authorization: `Bearer ${stack.api.key}`, 'content-type': 'application/x-ndjson' },
      body: Readable.from(lines()),
    });
    const report = (await answer.body.json()) as ImportReport;
    expect(report).toMatchObject({ lines: 5_000, created: 4_995, updated: 0 });
    expect(rejections(report)).toEqual(
      [1_000, 2_000, 3_000, 4_000, 5_000].map((number) => [number, 'bad_json']),
    );
    expect(await customerCount()).toBe(before + 4_995);
  });

  it('changes nothing more when it is sent a second time', async () => {
    const lines = Array.from({ length: 1_200 }, (_, index) => ({ externalId: `again-${index}`, index }));
    expect(await importNdjson(stack.api, ...lines)).toMatchObject({ created: 1_200, updated: 0 });
    const before = await customerCount();
    expect(await importNdjson(stack.api, ...lines)).toMatchObject({ created: 0, updated: 1_200 });
    expect(await customerCount()).toBe(before);
  });

  it('may overlap with another of the same customers', async () => {
    const lines = Array.from({ length: 600 }, (_, index) => ({
      externalId: `overlap-${index}`,
      phone: `+1212555${String(2_000 + index)}`,
    }));
    const reports = await Promise.all([
      importNdjson(stack.api, ...lines),
      importNdjson(stack.api, ...lines.toReversed()),
      importNdjson(stack.api, ...lines),
    ]);
    expect(reports.reduce((sum, { created }) => sum + created, 0)).toBe(600);
    expect(reports.flatMap(({ rejected }) => rejected)).toEqual([]);
  });
});

describe('an import in which very much is wrong', () => {
  it('lists the first thousand of each kind and counts them all', async () => {
    const bad = Array.from({ length: 1_700 }, () => '{"oops"');
    const doubtful = Array.from({ length: 1_300 }, (_, index) => ({ externalId: `d-${index}`, phone: '1' }));
    const report = await importNdjson(stack.api, ...bad, ...doubtful);
    expect(report).toMatchObject({
      lines: 3_000,
      created: 1_300,
      rejectedCount: 1_700,
      warningsCount: 1_300,
    });
    expect(rejections(report)).toEqual(Array.from({ length: 1_000 }, (_, index) => [index + 1, 'bad_json']));
    expect(report.warnings.map(({ line }) => line)).toEqual(
      Array.from({ length: 1_000 }, (_, index) => 1_701 + index),
    );
  });
});
