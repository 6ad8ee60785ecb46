import { importCsv, importNdjson } from '../support/import.ts';
import { TestStack } from '../support/test-stack.ts';

let stack: TestStack;

beforeAll(async () => {
  stack = await TestStack.start({ engine: false });
});
afterAll(() => stack.stop());

describe('an import', () => {
  it('warns of numbers that no message can go to, and takes their customers', async () => {
    const report = await importNdjson(
      stack.api,
      { externalId: 'fine', phone: '+12125550200' },
      { externalId: 'canada', phone: '+14165550200' },
      { externalId: 'typo', phone: '+1 212 555' },
      { externalId: 'london', phone: '+442079460000' },
      { externalId: 'none', phone: null },
    );
    expect(report).toMatchObject({ created: 5, rejected: [] });
    expect(report.warnings).toEqual([
      {
        line: 3,
        externalId: 'typo',
        code: 'invalid_number',
        message: expect.stringMatching(/^phone is not a valid number\b.*\.$/) as string,
      },
      {
        line: 4,
        externalId: 'london',
        code: 'country_not_served',
        message: expect.stringMatching(/^phone belongs neither to the US.*\.$/) as string,
      },
    ]);
  });

  it('names the column whose value is none of its type', async () => {
    const report = await importCsv(
      stack.api,
      'externalId,points:number,vip:boolean,since:date,consent.marketing.granted',
      'a,abc,,,',
      'b,,perhaps,,',
      'c,,,soon,',
      'd,,,,maybe',
    );
    expect(report.rejected.map(({ message }) => message)).toEqual([
      'Column "points": "abc" is not a number.',
      'Column "vip": "perhaps" is not true or false.',
      'Column "since": "soon" is not a date such as 2026-03-01 or 2026-03-01T12:00:00Z.',
      'Column "consent.marketing.granted": "maybe" is not true or false.',
    ]);
  });
});
