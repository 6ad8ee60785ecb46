import { TransientError } from '../../domain/errors.ts';
import { RenderPool } from '../../templates/render-pool.ts';

let pool: RenderPool;

beforeAll(async () => {
  pool = new RenderPool({ processes: 2 });
  await pool.warm();
});
afterAll(() => pool.close());

const LIST = Array.from({ length: 1_000 }, (_, i) => i);
const NESTED =
  '{% for a in customer.list %}{% for b in customer.list %}{% for c in customer.list %}{% for d in customer.list %}' +
  '{{ "" }}{% endfor %}{% endfor %}{% endfor %}{% endfor %}';
/** Doubles a text that is kept until the memory is full. */
const GREEDY =
  '{% set kept = [] %}{% set x = "ab" %}{% for i in customer.list %}{% set x = (x ~ x) | upper %}' +
  '{% set kept = [kept, x] %}{% endfor %}';

const render = (text: string, ...lists: (readonly number[])[]): ReturnType<RenderPool['render']> =>
  pool.render({
    templates: { text },
    shared: {},
    customers: lists.map((list) => ({ list: [...list], name: 'Ann' })),
  });

async function expectUsable(): Promise<void> {
  expect(await render('Hello {{ customer.name }}', [])).toEqual([{ texts: { text: 'Hello Ann' } }]);
}

describe('a template that does not come to an end', () => {
  it('is stopped and reported, whoever else is in the batch, and holds up nobody in the meantime', async () => {
    const started = performance.now();
    const endless = expect(render(NESTED, [], LIST, [])).rejects.toMatchObject({
      name: 'PermanentError',
      code: 'template_timeout',
    });
    await expectUsable();
    expect(performance.now() - started).toBeLessThan(400);
    await endless;
    expect(performance.now() - started).toBeLessThan(6_000);
    await expectUsable();
  });

  it('is only one that fails a second time, alone: a batch that is slow as a whole is rendered in the end', async () => {
    // Too long together, short enough alone.
    const slow =
      '{% for a in customer.list %}{% for b in customer.list %}{{ "" }}{% endfor %}{% endfor %}{{ customer.name }}';
    const results = await render(slow, ...Array.from({ length: 5 }, () => LIST.slice(0, 400)));
    expect(results).toEqual(Array.from({ length: 5 }, () => ({ texts: { text: 'Ann' } })));
  });
});

describe('a template that eats up the memory', () => {
  it('takes down nothing but its own process, and is reported', async () => {
    await expect(render(GREEDY, LIST)).rejects.toMatchObject({ code: 'template_timeout' });
    await expectUsable();
  });

  it('is reported whoever else is in the batch, not tried for ever', async () => {
    const error: unknown = await render(GREEDY, [], LIST, []).catch((cause: unknown) => cause);
    expect(error).toBeInstanceOf(Error);
    expect(error).not.toBeInstanceOf(TransientError);
    await expectUsable();
  });
});
