import { benchOptions } from '../../bench/options.ts';

describe('the options of npm run bench', () => {
  it('measure everything by default, with 10,000 and 100,000 customers', () => {
    const options = benchOptions([]);
    expect([...options.phases]).toEqual([
      'bare',
      'engine',
      'gathered',
      'batched',
      'per-customer',
      'webhooks',
      'scale',
      'spread',
    ]);
    expect(options).toMatchObject({ baseCustomers: 10_000, largeCustomers: 100_000, json: false });
  });

  it('leave out of a quick run what takes long', () => {
    const { phases } = benchOptions(['--quick', '--json']);
    expect(phases.has('scale')).toBe(false);
    expect(phases.has('webhooks')).toBe(false);
    expect(phases.has('gathered')).toBe(false);
    expect(phases.has('spread')).toBe(true);
  });

  it('give the number of customers of the large run, or of every run if it is small', () => {
    expect(benchOptions(['--customers', '1000000'])).toMatchObject({
      baseCustomers: 10_000,
      largeCustomers: 1_000_000,
    });
    expect(benchOptions(['--customers', '500'])).toMatchObject({ baseCustomers: 500, largeCustomers: 500 });
  });

  it.each([
    [['--customers', 'many'], '--customers takes a whole number'],
    [['--only', 'engin'], 'There is nothing called "engin". Did you mean'],
    [['--fast'], '--fast'],
  ])('are refused with the usage when they are wrong: %j', (args, message) => {
    expect(() => benchOptions(args)).toThrow(message);
    expect(() => benchOptions(args)).toThrow('npm run bench -- [options]');
  });
});
