/**
 * An immutable set of a cohort's members, one bit a member.
 *
 * Member `i` is bit `i % 8` (least significant first) of byte `i / 8`: PostgreSQL's `get_bit(bytea, i)` reads the
 * same member. Two sets can be combined only when both belong to a cohort of the same size.
 */
export class MemberSet {
  readonly size: number;
  private readonly bytes: Uint8Array;

  private constructor(size: number, bytes: Uint8Array) {
    this.size = size;
    this.bytes = bytes;
  }

  static empty(size: number): MemberSet {
    return new MemberSet(size, new Uint8Array(Math.ceil(size / 8)));
  }

  static full(size: number): MemberSet {
    const bytes = new Uint8Array(Math.ceil(size / 8)).fill(0xff);
    const rest = size % 8;
    if (rest > 0) bytes[bytes.length - 1] = (1 << rest) - 1;
    return new MemberSet(size, bytes);
  }

  /** @throws RangeError when an index is not a member of a cohort of this size */
  static of(size: number, indexes: Iterable<number>): MemberSet {
    const set = MemberSet.empty(size);
    for (const index of indexes) {
      if (!Number.isInteger(index) || index < 0 || index >= size) {
        throw new RangeError(`Member ${index} is outside a cohort of ${size}.`);
      }
      set.bytes[index >> 3] = byteAt(set.bytes, index >> 3) | (1 << (index & 7));
    }
    return set;
  }

  /**
   * Reads what {@link toHex} wrote.
   * @throws RangeError when the text is not a set of a cohort of this size
   */
  static fromHex(size: number, hex: string): MemberSet {
    const length = Math.ceil(size / 8);
    if (hex.length !== length * 2 || !/^[0-9a-f]*$/.test(hex)) {
      throw new RangeError(`Not a member set of a cohort of ${size}.`);
    }
    const bytes = new Uint8Array(length);
    for (let i = 0; i < length; i += 1) bytes[i] = Number.parseInt(hex.slice(i * 2, i * 2 + 2), 16);
    const set = new MemberSet(size, bytes);
    if (!set.minus(MemberSet.full(size)).isEmpty())
      throw new RangeError('A bit beyond the last member is set.');
    return set;
  }

  /** Two lower-case hexadecimal digits a byte, first byte first: the text PostgreSQL prints after `\x`. */
  toHex(): string {
    let hex = '';
    for (const byte of this.bytes) hex += byte.toString(16).padStart(2, '0');
    return hex;
  }

  has(index: number): boolean {
    return index >= 0 && index < this.size && (byteAt(this.bytes, index >> 3) & (1 << (index & 7))) !== 0;
  }

  count(): number {
    let count = 0;
    for (let byte of this.bytes) {
      while (byte !== 0) {
        byte &= byte - 1;
        count += 1;
      }
    }
    return count;
  }

  isEmpty(): boolean {
    return this.bytes.every((byte) => byte === 0);
  }

  equals(other: MemberSet): boolean {
    return this.size === other.size && this.bytes.every((byte, i) => byte === other.bytes[i]);
  }

  /** The members' indexes in ascending order. */
  indexes(): number[] {
    const indexes: number[] = [];
    for (let i = 0; i < this.size; i += 1) if (this.has(i)) indexes.push(i);
    return indexes;
  }

  union(other: MemberSet): MemberSet {
    return this.combine(other, (a, b) => a | b);
  }

  intersect(other: MemberSet): MemberSet {
    return this.combine(other, (a, b) => a & b);
  }

  minus(other: MemberSet): MemberSet {
    return this.combine(other, (a, b) => a & ~b);
  }

  private combine(other: MemberSet, operator: (a: number, b: number) => number): MemberSet {
    if (other.size !== this.size) {
      throw new RangeError(`Sets of cohorts of ${this.size} and ${other.size} members can't be combined.`);
    }
    return new MemberSet(
      this.size,
      this.bytes.map((byte, i) => operator(byte, byteAt(other.bytes, i))),
    );
  }
}

function byteAt(bytes: Uint8Array, index: number): number {
  return bytes[index] ?? 0;
}
