import { planTrouble } from '../../chaos/plan.ts';
import { Random } from '../../chaos/random.ts';
import { lackingTroubles, noTroubles, plannedTroubles, TROUBLES } from '../../chaos/trouble-counts.ts';

const planned = plannedTroubles(planTrouble(new Random(7), { kills: 20, customers: 2_000, repeats: true }));

describe('the troubles of a rehearsal', () => {
  it('are all in its plan', () => {
    expect(TROUBLES.filter((kind) => planned[kind] === 0)).toEqual([]);
    expect(planned).toMatchObject({ terminated: 1, reset: 1, freezes: 2, nonsense_refused: 6 });
  });

  it('lack where none of a kind took place that was planned', () => {
    expect(lackingTroubles(planned, planned)).toEqual([]);
    expect(lackingTroubles(planned, noTroubles())).toEqual([...TROUBLES]);
    expect(lackingTroubles(planned, { ...planned, reset: 0, nonsense_refused: 2 })).toEqual([
      'reset',
      'nonsense_refused',
    ]);
  });

  it('do not lack for one of several at the end of a run, nor where none was planned', () => {
    expect(lackingTroubles({ ...planned, freezes: 3 }, { ...planned, freezes: 2 })).toEqual([]);
    expect(lackingTroubles(noTroubles(), noTroubles())).toEqual([]);
  });
});
