import { findSlot, type Lane, type TakenSlot } from '../../domain/lanes.ts';

const lane = (messagesPerSecond: number, ...taken: TakenSlot[]): Lane => ({ messagesPerSecond, taken });
const slot = (fromS: number, toS: number, messagesPerSecond: number): TakenSlot => ({
  startsInMs: fromS * 1_000,
  endsInMs: toS * 1_000,
  messagesPerSecond,
});

describe('the slot of a visit', () => {
  it('begins at once on a lane that is free, and lasts as long as its messages take', () => {
    expect(findSlot([lane(10)], 200)).toEqual({
      startsInMs: 0,
      endsInMs: 20_000,
      messagesPerSecond: 10,
      size: 200,
    });
  });

  it('begins where the last one ends on a lane that is taken', () => {
    expect(findSlot([lane(10, slot(-5, 5, 10), slot(5, 25, 10))], 100)).toMatchObject({
      startsInMs: 25_000,
      endsInMs: 35_000,
    });
  });

  it('is as fast as the narrowest of its lanes', () => {
    expect(findSlot([lane(100), lane(2), lane(30)], 60)).toMatchObject({
      startsInMs: 0,
      messagesPerSecond: 2,
      size: 60,
    });
  });

  it('takes what others leave of a lane, and ends where they leave less', () => {
    const found = findSlot([lane(10, slot(0, 300, 4), slot(20, 60, 6))], 1_000);
    expect(found).toEqual({ startsInMs: 0, endsInMs: 20_000, messagesPerSecond: 6, size: 120 });
  });

  it('does not end where one slot seems to overlap the next one by a millisecond, as rounded instants do', () => {
    const found = findSlot([lane(10, slot(0, 10.0009, 8), slot(10, 20, 8))], 100);
    expect(found).toEqual({ startsInMs: 0, endsInMs: 50_000, messagesPerSecond: 2, size: 100 });
  });

  it('ends where others begin one shortly after the other', () => {
    const found = findSlot([lane(10, slot(10, 50, 4), slot(10.001, 50, 4), slot(10.002, 50, 2))], 1_000);
    expect(found).toMatchObject({ startsInMs: 0, endsInMs: 10_000, size: 100 });
  });

  it('waits for more rather than creep', () => {
    expect(findSlot([lane(100, slot(0, 30, 95))], 1_000)).toMatchObject({
      startsInMs: 30_000,
      messagesPerSecond: 100,
    });
  });

  it('is of five minutes at most', () => {
    expect(findSlot([lane(10)], 1_000_000)).toMatchObject({ size: 3_000, endsInMs: 300_000 });
  });

  it('of one message takes as much of the lane as the message does', () => {
    const found = findSlot([lane(10)], 1);
    expect(found).toEqual({ startsInMs: 0, endsInMs: 100, messagesPerSecond: 10, size: 1 });
    expect(findSlot([lane(10, found)], 1)).toMatchObject({ startsInMs: 100, endsInMs: 200 });
  });

  it('of a message that takes no time is told apart from the next one', () => {
    expect(findSlot([lane(10_000)], 1)).toMatchObject({ endsInMs: 10, messagesPerSecond: 100 });
  });

  it('has room for one message on the slowest lane', () => {
    expect(findSlot([lane(0.1, slot(0, 10, 0.1))], 5)).toMatchObject({ startsInMs: 10_000, size: 5 });
    expect(findSlot([lane(0.001)], 5)).toMatchObject({ size: 1, endsInMs: 1_000_000 });
  });

  it('never makes more leave on a lane than its rate, whoever asks for what', () => {
    const random = seeded(7);
    const wide: TakenSlot[] = [];
    const narrow: TakenSlot[] = [];
    let messages = 0;
    for (let i = 0; i < 300; i += 1) {
      const isNarrow = random() < 0.3;
      const wanted = 1 + Math.floor(random() * (isNarrow ? 200 : 2_000));
      const lanes = isNarrow ? [lane(50, ...wide), lane(7, ...narrow)] : [lane(50, ...wide)];
      const found = findSlot(lanes, wanted);
      expect(found.size).toBeLessThanOrEqual(wanted);
      wide.push(found);
      if (isNarrow) narrow.push(found);
      messages += found.size;
    }
    expect(mostAtOnce(wide)).toBeLessThanOrEqual(50.000_001);
    expect(mostAtOnce(narrow)).toBeLessThanOrEqual(7.000_001);
    // Nearly nothing of it stays empty.
    const end = Math.max(...wide.map(({ endsInMs }) => endsInMs));
    expect(messages / (end / 1_000)).toBeGreaterThan(40);
  });
});

function mostAtOnce(slots: readonly TakenSlot[]): number {
  return Math.max(
    ...slots.map(({ startsInMs: at }) =>
      slots
        .filter(({ startsInMs, endsInMs }) => startsInMs <= at && at < endsInMs)
        .reduce((sum, { messagesPerSecond }) => sum + messagesPerSecond, 0),
    ),
  );
}

/** A small generator of pseudo-random numbers from 0 to 1. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
