import type { JsonObject } from '../../domain/json.ts';
import { RenderPool } from '../../templates/render-pool.ts';

let pool: RenderPool;

beforeAll(async () => {
  pool = new RenderPool({ processes: 1 });
  await pool.warm();
});
afterAll(() => pool.close());

async function render(text: string, ...customers: JsonObject[]): Promise<readonly string[]> {
  const results = await pool.render({
    templates: { text },
    shared: { scenario: { name: 'Sale' }, action: { id: 1 }, project: {} },
    customers,
  });
  return results.map((result) =>
    'error' in result ? `error: ${result.error}` : (result.texts['text'] ?? ''),
  );
}

describe('a rendered template', () => {
  it("reads its customer's attributes and what all customers share", async () => {
    expect(
      await render('{{ customer.name | upper }} in {{ scenario.name }}', { name: 'Ann' }, { name: 'Bo' }),
    ).toEqual(['ANN in Sale', 'BO in Sale']);
  });

  it('answers in the order of the customers, each source under its name', async () => {
    const customers = Array.from({ length: 300 }, (_, i) => ({ n: i }));
    const results = await pool.render({
      templates: { text: 'T{{ customer.n }}', subject: 'S{{ customer.n }}' },
      shared: {},
      customers,
    });
    expect(results).toEqual(customers.map(({ n }) => ({ texts: { text: `T${n}`, subject: `S${n}` } })));
  });

  it('renders what is missing as nothing', async () => {
    expect(await render('[{{ customer.name }}{{ customer.a.b.c }}]', {})).toEqual(['[]']);
  });

  it('does not escape: it is a text message, no web page', async () => {
    expect(await render('{{ customer.name }}', { name: `O'Neil & <Sons>` })).toEqual([`O'Neil & <Sons>`]);
  });

  it('fails for the one customer for whom it throws', async () => {
    const [first, second, third] = await render(
      '{% for x in customer.list %}{{ x | replace("a", "b") }}{% endfor %}{{ customer.name | urlencode }}',
      { name: 'Ann', list: [] },
      { name: '\ud800', list: [] },
      { name: 'Bo', list: ['aa'] },
    );
    expect([first, third]).toEqual(['Ann', 'bbBo']);
    expect(second).toMatch(/^error: /);
  });

  it('fails when it does not even compile, for every customer', async () => {
    expect(await render('{% if %}', {}, {})).toEqual([
      expect.stringMatching(/^error: /) as string,
      expect.stringMatching(/^error: /) as string,
    ]);
  });

  it('fails when its text is longer than 8 kB', async () => {
    expect(
      await render('{{ customer.text }}', { text: 'x'.repeat(8_192) }, { text: 'x'.repeat(8_193) }),
    ).toEqual(['x'.repeat(8_192), 'error: The rendered text is longer than 8192 characters.']);
  });

  it('does not carry anything over from one customer to the next', async () => {
    const source = '{% if customer.first %}{% set secret = customer.name %}{% endif %}[{{ secret }}]';
    expect(await render(source, { first: true, name: 'Ann' }, { first: false, name: 'Bo' })).toEqual([
      '[Ann]',
      '[]',
    ]);
  });
});
