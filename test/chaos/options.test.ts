import { chaosOptions } from '../../chaos/options.ts';

describe('the options of a rehearsal', () => {
  it('have defaults, and a seed that is another one each time', () => {
    const [one, other] = [chaosOptions([]), chaosOptions([])];
    expect(one).toMatchObject({ kills: 20, customers: 2_000, provider: 'infobip', json: false, keep: false });
    expect(one.seed).not.toBe(other.seed);
  });

  it('are taken as they are given', () => {
    const args = ['--seed', '7', '--kills', '5', '--customers', '500', '--json'];
    expect(chaosOptions(args)).toMatchObject({ seed: 7, kills: 5, customers: 500, json: true });
  });

  it.each([
    [['--kills', 'many']],
    [['--kills', '-1']],
    [['--customers', '10']],
    [['--kills', '100', '--customers', '200']],
    [['--provider', 'nobody']],
    [['--sed', '1']],
  ])('are refused with the usage: %j', (args) => {
    expect(() => chaosOptions(args)).toThrow('npm run chaos -- [options]');
  });
});
