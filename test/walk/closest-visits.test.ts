import { closestVisits } from '../../walk/closest-visits.ts';
import type { RunningVisit } from '../../walk/running-visit.ts';
import { MemberSet } from '../../domain/member-set.ts';

const MOST = 32;

function visit(number: number, wakeAt: number, status: RunningVisit['status'] = 'asleep'): RunningVisit {
  return {
    place: {
      number,
      nodeId: 'rest',
      pass: 1,
      members: MemberSet.of(100, [number]),
      arrivedAt: 0,
      opened: true,
      openedAt: 0,
      state: {},
      stuck: null,
    },
    status,
    wakeAt,
    wantsReceipts: false,
    hinted: MemberSet.empty(100),
    wake: () => undefined,
  };
}

function numbers(visits: readonly RunningVisit[]): readonly number[] | undefined {
  return closestVisits(visits, MOST)?.map(({ place }) => place.number);
}

describe('of the open visits of a node', () => {
  it('two that sleep until the same instant are one', () => {
    expect(numbers([visit(1, 500), visit(2, 700), visit(3, 500)])).toEqual([1, 3]);
  });

  it('those that sleep until different instants stay apart while they are few', () => {
    expect(numbers(Array.from({ length: MOST }, (_, i) => visit(i, i * 10)))).toBeUndefined();
  });

  it('the two with the smallest gap become one when they are too many', () => {
    const many = Array.from({ length: MOST + 1 }, (_, i) => visit(i, i * 1_000));
    const closer = many.map((one, i) => (i === 20 ? visit(20, 19_400) : one));
    expect(numbers(closer)).toEqual([19, 20]);
  });

  it('those that are busy, or sleep until a hint, are left alone', () => {
    expect(
      numbers([visit(1, 500), visit(2, 500, 'busy'), visit(3, Infinity), visit(4, Infinity)]),
    ).toBeUndefined();
  });
});
