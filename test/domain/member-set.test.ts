import fc from 'fast-check';
import { MemberSet } from '../../domain/member-set.ts';

/** A cohort's size with two sets of its members. */
const twoSets = fc.integer({ min: 0, max: 1_000 }).chain((size) => {
  const indexes =
    size === 0 ? fc.constant<number[]>([]) : fc.uniqueArray(fc.integer({ min: 0, max: size - 1 }));
  return fc.record({ size: fc.constant(size), a: indexes, b: indexes });
});

const ascending = (indexes: Iterable<number>): number[] => [...indexes].sort((a, b) => a - b);

describe('a member set', () => {
  it('unites, intersects and subtracts as a set of indexes does', () => {
    fc.assert(
      fc.property(twoSets, ({ size, a, b }) => {
        const [left, right] = [MemberSet.of(size, a), MemberSet.of(size, b)];
        expect(left.union(right).indexes()).toEqual(ascending(new Set([...a, ...b])));
        expect(left.intersect(right).indexes()).toEqual(ascending(a.filter((i) => b.includes(i))));
        expect(left.minus(right).indexes()).toEqual(ascending(a.filter((i) => !b.includes(i))));
      }),
    );
  });

  it('counts its members and knows who is one', () => {
    fc.assert(
      fc.property(twoSets, ({ size, a, b }) => {
        const set = MemberSet.of(size, a);
        expect(set.count()).toBe(a.length);
        expect(set.isEmpty()).toBe(a.length === 0);
        for (const index of b) expect(set.has(index)).toBe(a.includes(index));
        expect([set.has(-1), set.has(size), set.has(size + 7)]).toEqual([false, false, false]);
      }),
    );
  });

  it('is the same set again after a journey as text', () => {
    fc.assert(
      fc.property(twoSets, ({ size, a }) => {
        const set = MemberSet.of(size, a);
        const again = MemberSet.fromHex(size, set.toHex());
        expect(again.equals(set)).toBe(true);
        expect(again.toHex()).toBe(set.toHex());
      }),
    );
  });

  it('has everybody in it when it is full, whatever the size', () => {
    for (const size of [0, 1, 7, 8, 9, 999, 1_000]) {
      const full = MemberSet.full(size);
      expect(full.count()).toBe(size);
      expect(full.equals(MemberSet.of(size, full.indexes()))).toBe(true);
    }
  });

  it('leaves both operands as they were', () => {
    const [a, b] = [MemberSet.of(10, [1, 2]), MemberSet.of(10, [2, 3])];
    a.union(b);
    a.minus(b);
    expect([a.indexes(), b.indexes()]).toEqual([
      [1, 2],
      [2, 3],
    ]);
  });

  it('cannot be combined with a set of a cohort of another size', () => {
    const [small, large] = [MemberSet.full(8), MemberSet.full(9)];
    for (const combine of ['union', 'intersect', 'minus'] as const) {
      expect(() => small[combine](large)).toThrow(RangeError);
    }
    expect(small.equals(large)).toBe(false);
  });

  it('refuses a text that has a bit beyond the last member', () => {
    expect(MemberSet.fromHex(9, 'ff01').count()).toBe(9);
    expect(() => MemberSet.fromHex(9, 'ff02')).toThrow('beyond the last member');
  });

  it('refuses a text of another length and what is not lower-case hexadecimal', () => {
    for (const text of ['', 'ff', 'ff0100', 'FF01', 'fg01', ' f01']) {
      expect(() => MemberSet.fromHex(9, text)).toThrow(RangeError);
    }
  });

  it('refuses an index that no member has', () => {
    for (const index of [-1, 10, 1.5, Number.NaN]) {
      expect(() => MemberSet.of(10, [index])).toThrow(RangeError);
    }
  });
});
