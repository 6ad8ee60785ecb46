import { readFile } from 'node:fs/promises';
import { misfit, resolve } from '../support/json-schema.ts';
import { chain, mms, NOW, wait } from '../support/scenarios.ts';
import { TestStack } from '../support/test-stack.ts';

let stack: TestStack;
let schema: unknown;

beforeAll(async () => {
  stack = await TestStack.start({ engine: false });
  schema = (await stack.api.call('GET', '/schemas/scenario.json', undefined, { authorization: '' })).body;
});
afterAll(() => stack.stop());

describe('the JSON Schema of a scenario', () => {
  it('accepts the example that the repository ships', async () => {
    const text = await readFile(new URL('../../examples/summer-sale.json', import.meta.url), 'utf8');
    expect(misfit(schema, JSON.parse(text))).toBeUndefined();
  });

  it('accepts filters of any depth and nodes with the settings that are optional', () => {
    const filter = {
      and: [{ not: { attribute: 'vip', op: 'eq', value: true } }, { attribute: 'a', op: 'exists' }],
    };
    const now = { ...NOW, version: 1, config: { audience: { or: [filter, filter] } } };
    expect(
      misfit(schema, chain('Deep', now, wait('rest', '2d'), mms('send', { sender: 'default' }))),
    ).toBeUndefined();
  });

  it.each([
    ['an unknown type', chain('X', NOW, { id: 'a', type: 'msm' })],
    ['an unknown setting', chain('X', NOW, mms('a', { subjekt: 'Hi' }))],
    ['a missing setting', chain('X', NOW, { id: 'a', type: 'mms', config: { category: 'marketing' } })],
    [
      'an unknown operator',
      chain('X', { ...NOW, config: { audience: { attribute: 'a', op: 'is', value: 1 } } }),
    ],
    ['an unknown field', { ...chain('X', NOW), colour: 'red' }],
    ['a name that is no name', chain('', NOW)],
  ])('refuses %s, as the API does', async (_what, scenario) => {
    expect(misfit(schema, scenario)).toBeDefined();
    const answer = await stack.api.call<{ valid?: boolean }>('POST', '/v1/scenarios/validate', scenario);
    expect(answer.body.valid ?? false).toBe(false);
  });

  it('refers to nothing that is not in it', () => {
    const references = [...JSON.stringify(schema).matchAll(/"\$ref":"([^"]+)"/g)].map(
      (match) => match[1] ?? '',
    );
    expect(references.length).toBeGreaterThan(0);
    for (const reference of references) expect(() => resolve(schema, reference)).not.toThrow();
  });
});
