import { Impatience, until } from '../../chaos/patience.ts';
import { exitCodeOf, Stalls } from '../../chaos/stalls.ts';

const standstill = (): Promise<string> => until<string>('the end of a run', () => undefined, 0);

describe('a rehearsal that comes to a standstill', () => {
  it('goes on to its judgement, which hears what stood still', async () => {
    const stalls = new Stalls();
    expect(await stalls.watch(Promise.resolve('the end'))).toBe('the end');
    expect(await stalls.watch(standstill())).toBeUndefined();
    expect(stalls.sentences).toEqual(['the end of a run: nothing of it within 0 s.']);
  });

  it('is not taken for one when the harness itself is at fault', async () => {
    const stalls = new Stalls();
    await expect(stalls.watch(Promise.reject(new Error('a bug')))).rejects.toThrow('a bug');
    expect(stalls.sentences).toEqual([]);
  });

  it('says that the machine did not let it begin only before the run is tormented', () => {
    const impatience = new Impatience('The stack did not start.');
    expect(exitCodeOf(impatience, false)).toBe(2);
    expect(exitCodeOf(impatience, true)).toBe(1);
    expect(exitCodeOf(new Error('a bug'), false)).toBe(1);
  });
});
