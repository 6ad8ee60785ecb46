import { importCsv, importNdjson, readCustomer, rejections } from '../support/import.ts';
import { TestStack } from '../support/test-stack.ts';

let stack: TestStack;

beforeAll(async () => {
  stack = await TestStack.start({ engine: false });
});
afterAll(() => stack.stop());

const PROOF = {
  'consent.marketing.granted': true,
  'consent.marketing.time': '2026-01-01T00:00:00Z',
  'consent.marketing.method': 'web_form',
  'consent.marketing.source': 'shop',
};

describe('a text that PostgreSQL can not store', () => {
  it.each([
    ['a NUL in an attribute', { note: 'a\u0000b' }],
    ['a NUL deep in an attribute', { note: { deep: ['\u0000'] } }],
    ['a NUL in the name of an attribute', { 'no\u0000te': 1 }],
    ['a NUL in the number', { phone: '+1212\u00005550200' }],
    ['a NUL in the method of a consent', { ...PROOF, 'consent.marketing.method': 'web\u0000form' }],
    ['half a surrogate pair in an attribute', { note: 'broken \ud83d emoji' }],
    ['half a surrogate pair in the name of an attribute', { 'no\udc00te': 1 }],
    ['half a surrogate pair in the source of a consent', { ...PROOF, 'consent.marketing.source': '\ud83d' }],
  ])('costs its own line only: %s', async (_what, fields) => {
    const report = await importNdjson(
      stack.api,
      { externalId: 'before' },
      JSON.stringify({ externalId: 'hostile', ...fields }),
      { externalId: 'after' },
    );
    expect(rejections(report).map(([line]) => line)).toEqual([2]);
    expect(report.created + report.updated).toBe(2);
  });

  it.each([
    ['a number that is larger than any', '[1e999]'],
    ['lists in lists without end', '['.repeat(5_000) + ']'.repeat(5_000)],
  ])('costs its own line only, as does %s', async (_what, json) => {
    const report = await importNdjson(stack.api, `{"externalId":"odd","a":${json}}`, { externalId: 'fine' });
    expect(rejections(report)).toEqual([[1, 'bad_attribute']]);
  });

  it('in the externalId costs its own line only', async () => {
    const lines = [{ externalId: 'nul\u0000' }, '{"externalId":"half \\ud83d"}', { externalId: 'fine' }];
    for (let round = 0; round < 2; round += 1) {
      const report = await importNdjson(stack.api, ...lines);
      expect(rejections(report).map(([line]) => line)).toEqual([1, 2]);
    }
  });

  it('in a CSV costs its own line only', async () => {
    const report = await importCsv(
      stack.api,
      'externalId,note,consent.marketing.granted,consent.marketing.method',
      'csv-1,fine,,',
      'csv-2,a\u0000b,,',
      'csv-3,,true,web\u0000form',
      'csv-4,fine,,',
    );
    expect(rejections(report).map(([line]) => line)).toEqual([3, 4]);
    expect(report.created).toBe(2);
  });
});

describe('a text that looks dangerous and is not', () => {
  it('is kept as it is', async () => {
    const attributes = {
      quote: `'; DROP TABLE customer; --`,
      template: '{{ range.constructor("return 1")() }}',
      backslash: 'a literal \\u0000 in a path C:\\u0000',
      emoji: '👩‍🚀 👍🏽',
      constructor: 'a name like any other',
    };
    const report = await importNdjson(stack.api, { externalId: 'kept', ...attributes });
    expect(report.rejected).toEqual([]);
    expect((await readCustomer(stack.api, 'kept')).attributes).toEqual(attributes);
  });

  it('is kept, or refused by name, but never lost in silence', async () => {
    const report = await importNdjson(stack.api, '{"externalId":"proto","__proto__":{"vip":true}}');
    const kept =
      report.created === 1 &&
      Object.keys((await readCustomer(stack.api, 'proto')).attributes).includes('__proto__');
    expect(kept || report.rejected.length === 1).toBe(true);
  });
});
