import { MAX_TEMPLATE_LENGTH, templateSchema } from '../../nodes/shared/message-config.ts';
import { checkTemplate } from '../../templates/check.ts';
import { RenderPool } from '../../templates/render-pool.ts';

/** A batch may take 500 ms, a customer alone 2 s, and a process has to start again in between. */
const CONTAINED_MS = 8_000;

let pool: RenderPool;

beforeAll(async () => {
  pool = new RenderPool({ processes: 2 });
  await pool.warm();
});
afterAll(() => pool.close());

/** The text, or the code of what ended it. */
async function outcomeOf(text: string): Promise<string> {
  const customer = { name: `${'a'.repeat(40)}!`, list: ['a'] };
  try {
    const [result] = await pool.render({ templates: { text }, shared: {}, customers: [customer] });
    return result && 'texts' in result ? `text ${result.texts['text']?.length ?? 0}` : 'template_error';
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error);
  }
}

describe('a bomb', () => {
  it.each([
    ['a list of a billion', '{% for i in range(1000000000) %}x{% endfor %}', /^template_error$/],
    ['a text of half a billion', '{{ customer.name | center(500000000) }}', /^template_error$/],
    ['a text repeated', '{{ customer.name | indent(500000000) }}', /^template_error$/],
    ['a regular expression', '{{ customer.name | replace(r/(a+)+$/, "") }}', /^template_(error|timeout)$/],
    // What is not there is written as the word for it; nothing is called.
    ['a function for a text', '{{ customer.name | replace(r/a/, range) }}', /^(template_error|text 49)$/],
    [
      'a macro that calls itself',
      '{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}',
      /^(template_error|text 0)$/,
    ],
    ['code in a template literal', '{{ range.constructor(`return 1`)() }}', /^template_error$/],
  ])('%s is kept out by the check, and contained with a name and in time', async (_what, source, outcome) => {
    expect(checkTemplate(source)).not.toEqual([]);
    const startedAt = performance.now();
    expect(await outcomeOf(source)).toMatch(outcome);
    expect(performance.now() - startedAt).toBeLessThan(CONTAINED_MS);
    expect(await outcomeOf('Hello')).toBe('text 5');
  });

  it('of 16 MB of source is kept out before it is parsed', () => {
    const startedAt = performance.now();
    expect(templateSchema.safeParse('{{ customer.name }}'.repeat(900_000)).success).toBe(false);
    expect(performance.now() - startedAt).toBeLessThan(1_000);
  });

  it.each([
    ['brackets', '{{ ' + '('.repeat(MAX_TEMPLATE_LENGTH - 6) + ' }}'],
    ['loops', '{% for a in customer.list %}'.repeat(Math.floor(MAX_TEMPLATE_LENGTH / 28))],
    ['negations', '{{ ' + 'not '.repeat((MAX_TEMPLATE_LENGTH - 8) / 4) + 'a }}'],
  ])('of as much source as a template may have, all %s, is refused in time', (_what, source) => {
    expect(templateSchema.safeParse(source).success).toBe(true);
    const startedAt = performance.now();
    expect(checkTemplate(source)).toHaveLength(1);
    expect(performance.now() - startedAt).toBeLessThan(1_000);
  });
});
