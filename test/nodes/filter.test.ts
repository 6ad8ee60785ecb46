import type { JsonValue } from '../../domain/json.ts';
import type { Problem } from '../../domain/validation/problem.ts';
import { NODE_CATALOGUE } from '../../nodes/types.ts';

const CITY = { attribute: 'city', op: 'eq', value: 'Boston' };

function problemsOf(filter: JsonValue): readonly Problem[] {
  return NODE_CATALOGUE.checkConfig({ id: 'n', type: 'condition', version: 1, config: { filter } });
}

function nested(depth: number): JsonValue {
  return depth === 1 ? CITY : { not: nested(depth - 1) };
}

describe('a filter', () => {
  it.each<[string, JsonValue]>([
    ['a comparison', CITY],
    ['a combination', { and: [CITY, { or: [CITY, { not: CITY }] }] }],
    ['a list for "in"', { attribute: 'city', op: 'in', value: ['Boston', 7, true] }],
    [
      '"exists" with and without a value',
      {
        and: [
          { attribute: 'a', op: 'exists' },
          { attribute: 'a', op: 'exists', value: false },
        ],
      },
    ],
    ['ten levels', nested(10)],
  ])('may be %s', (_, filter) => {
    expect(problemsOf(filter)).toEqual([]);
  });

  it.each<[string, JsonValue, string, string]>([
    ['an operator that there is not', { ...CITY, op: 'equals' }, '/filter/op', '"eq"'],
    ['no value', { attribute: 'city', op: 'eq' }, '/filter/value', 'takes one text, number or boolean'],
    ['a list for "eq"', { ...CITY, value: ['Boston'] }, '/filter/value', 'takes one text, number or boolean'],
    ['one value for "in"', { ...CITY, op: 'in' }, '/filter/value', 'takes a list'],
    ['a text for "exists"', { ...CITY, op: 'exists' }, '/filter/value', 'true, false or no value'],
    ['an empty list', { and: [] }, '/filter/and', ''],
    ['eleven levels', nested(11), '/filter', 'at most 10 deep'],
    ['a setting too many', { ...CITY, unit: 'm' }, '/filter/unit', 'no setting "unit"'],
  ])('with %s is refused at its place', (_, filter, pointer, message) => {
    expect(problemsOf(filter)).toMatchObject([
      { pointer, code: 'bad_config', message: expect.stringContaining(message) as string },
    ]);
  });

  it('with a fault deep inside is refused there', () => {
    expect(problemsOf({ and: [CITY, { or: [CITY, { not: { ...CITY, op: 'is' } }] }] })).toMatchObject([
      { pointer: '/filter/and/1/or/1/not/op' },
    ]);
  });

  it('with a misspelt setting is told about that setting and no other', () => {
    const problems = problemsOf({ atribute: 'city', op: 'eq', value: 'Boston' });
    expect(problems).toContainEqual(expect.objectContaining({ pointer: '/filter/atribute' }));
    for (const { message } of problems) expect(message).not.toMatch(/"(op|value)"/);
  });
});
