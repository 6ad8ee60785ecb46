import { importNdjson, rejections } from '../support/import.ts';
import { entriesOf, expectProblem, type ProblemView } from '../support/problem.ts';
import { TestStack } from '../support/test-stack.ts';

let stack: TestStack;

beforeAll(async () => {
  stack = await TestStack.start({ engine: false });
});
afterAll(() => stack.stop());

async function refusedHeader(...lines: readonly string[]): Promise<ProblemView> {
  return expectProblem(await stack.api.importCsv(lines.join('\n')), 422, 'bad_import_header');
}

describe('a name of an import', () => {
  it('that GET /v1/customers answers an object under is refused, and how to write it is said', async () => {
    const consents = { marketing: { granted: true, time: '2026-01-01T00:00:00Z', method: 'a', source: 'b' } };
    const report = await importNdjson(
      stack.api,
      { externalId: 'r-1', consents },
      { externalId: 'r-2', consent: consents },
      { externalId: 'r-3', attributes: { first_name: 'Ana' } },
      { externalId: 'r-4', Consents: null },
    );
    expect(rejections(report)).toEqual([1, 2, 3, 4].map((line) => [line, 'reserved_name']));
    expect(report.rejected[0]?.message).toContain(
      'Write a consent as flat names: "consent.marketing.granted"',
    );
    expect(report.rejected[2]?.message).toContain('"first_name"');
    expect(entriesOf(await refusedHeader('externalId,consents', 'r-5,yes'))).toEqual([
      ['/1', 'reserved_name'],
    ]);
  });

  it('that differs from a known one by capitals or punctuation only is refused with the known one', async () => {
    const meant = {
      externalID: 'externalId',
      external_id: 'externalId',
      Phone: 'phone',
      'Time Zone': 'timezone',
      LANGUAGE: 'language',
      consent_marketing_granted: 'consent.marketing.granted',
    };
    for (const [name, known] of Object.entries(meant)) {
      const problem = await refusedHeader(`id,${name}`, 'x,y');
      expect(problem.errors?.[0]).toMatchObject({ pointer: '/1', code: 'misspelt_name' });
      expect(problem.detail).toContain(`Did you mean "${known}"?`);
    }
    const report = await importNdjson(stack.api, { external_id: 'm-1' }, { externalId: 'm-2', Phone: '1' });
    expect(rejections(report)).toEqual([
      [1, 'misspelt_name'],
      [2, 'misspelt_name'],
    ]);
  });

  it('may be like a known one in every other way', async () => {
    const names = { phone2: 1, phone_home: 1, idn: 1, language_level: 1, consented: 1, 'attributes.a': 1 };
    expect(await importNdjson(stack.api, { externalId: 'free', ...names })).toMatchObject({ created: 1 });
  });

  it('that a database could not keep apart from its own is refused', async () => {
    const report = await importNdjson(stack.api, '{"externalId":"proto","__proto__":{"a":1}}');
    expect(rejections(report)).toEqual([[1, 'bad_attribute']]);
  });
});

describe('a CSV file whose first line is no header of ours', () => {
  it.each([
    ['semicolons', ';'],
    ['tabs', '\t'],
    ['bars', '|'],
  ])('is told that it is separated by %s', async (name, separator) => {
    const header = ['externalId', 'phone', 'points:number'].join(separator);
    const problem = await refusedHeader(header, ['c-1', '', '1'].join(separator));
    expect(problem.detail).toBe(`The file is separated by ${name}; use commas.`);
  });

  it('is told which columns it has instead', async () => {
    const { detail } = await refusedHeader('c-1,+12125550200,Ana', 'c-2,+12125550201,Bo');
    expect(detail).toBe(
      'There is no column "externalId". The first line must name the columns; it has "c-1", "+12125550200", "Ana".',
    );
  });

  it('is told to use commas where its quotes part nothing', async () => {
    expect((await refusedHeader('"externalId";"phone"', '"c-1";""')).detail).toContain('separated by commas');
  });
});
