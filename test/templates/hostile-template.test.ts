import { RenderPool } from '../../templates/render-pool.ts';

let pool: RenderPool;

beforeAll(async () => {
  pool = new RenderPool({ processes: 1 });
  await pool.warm();
});
afterAll(() => pool.close());

/** What a template that was never checked comes to: the text, or nothing when it failed. */
async function outputOf(text: string): Promise<string> {
  const customer = { first: 'Ann', list: ['a', 'b'], nested: { deep: 1 }, evil: 'constructor' };
  const [result] = await pool.render({ templates: { text }, shared: {}, customers: [customer] });
  return result && 'texts' in result ? (result.texts['text'] ?? '') : '';
}

/** None of these passes the check; the render process has to hold them on its own. */
describe('a template that slipped through the check', () => {
  it.each([
    '{{ range.constructor("return process.pid")() }}',
    '{{ customer.first.constructor.constructor("return process.pid")() }}',
    '{{ customer["constructor"]["constructor"]("return process.pid")() }}',
    '{{ cycler.constructor("return process.pid")() }}',
    '{{ joiner.__proto__.constructor("return process.pid")() }}',
    '{{ [].constructor.constructor("return process.pid")() }}',
    '{{ ({}).toString.constructor("return process.pid")() }}',
    '{% macro m() %}x{% endmacro %}{{ m.constructor("return process.pid")() }}',
    '{{ customer.list.map.constructor("return process.pid")() }}',
  ])('runs no code: %s', async (source) => {
    expect(await outputOf(`[${source}]`)).not.toMatch(/\d/);
  });

  it.each([
    '{{ customer.constructor }}',
    '{{ customer.__proto__ }}',
    '{{ customer.toString }}',
    '{{ customer[customer.evil] }}',
    '{{ toString }}{{ constructor }}{{ __proto__ }}{{ hasOwnProperty }}',
    '{{ range }}{{ cycler }}{{ joiner }}{{ globalThis }}{{ process }}{{ require }}',
    '{{ customer.first.length.constructor }}{{ customer.list.length.toString }}',
    '{{ customer.first | toString }}{{ customer.first | valueOf }}{{ customer.first | constructor }}',
    '{{ "=>" if customer.evil in customer }}',
    '{{ customer.list | join(",", customer.evil) }}',
    '{{ [customer] | join(",", "toString") }}',
    '{{ [customer.first] | sum(customer.evil) }}',
  ])('sees nothing but own data: %s', async (source) => {
    expect(await outputOf(`[${source}]`)).not.toMatch(/function|native code|object Object|=>/);
  });

  it.each(['{% include "/etc/passwd" %}', '{% import "/etc/passwd" as p %}', '{% extends "/etc/passwd" %}'])(
    'loads no file: %s',
    async (source) => {
      expect(await outputOf(source)).toBe('');
    },
  );

  it.each(['safe', 'dump', 'center', 'groupby', 'sort', 'batch'])('has no filter "%s"', async (filter) => {
    expect(await outputOf(`{{ customer | ${filter} }}`)).toBe('');
  });

  it('leaves nothing behind for the next one', async () => {
    await outputOf('{{ customer.__proto__.polluted }}{% set customer.nested.deep = 2 %}');
    expect(await outputOf('{{ customer.nested.deep }}{{ customer.polluted }}')).toBe('1');
  });
});
