import fc from 'fast-check';
import { compareReceipts, foldReceipts, isFinalReceipt, type ReceiptMark } from '../../domain/receipt.ts';
import type { ReceiptState } from '../../domain/states.ts';

const STATES: readonly ReceiptState[] = ['accepted', 'dispatched', 'failed', 'expired', 'delivered'];

const receipt = fc.record<ReceiptMark>({
  state: fc.constantFrom(...STATES),
  // Few instants, codes and keys, so that ties are common.
  at: fc.integer({ min: 1, max: 3 }),
  statusCode: fc.constantFrom('', '5', '10', 'é'),
  key: fc.constantFrom('a', 'b', 'c'),
});

const mark = (state: ReceiptState, at: number, more: Partial<ReceiptMark> = {}): ReceiptMark => ({
  state,
  at,
  statusCode: '0',
  key: 'k',
  ...more,
});

function decide(receipts: readonly ReceiptMark[]): ReceiptMark {
  const [first, ...others] = receipts;
  if (!first) throw new Error('There is no receipt.');
  return foldReceipts(first, ...others);
}

describe('the receipt that decides a message', () => {
  it('is the same in every order and however often receipts are repeated', () => {
    fc.assert(
      fc.property(
        fc
          .array(receipt, { minLength: 1, maxLength: 6 })
          .chain((receipts) =>
            fc.tuple(
              fc.constant(receipts),
              fc.shuffledSubarray([...receipts, ...receipts], { minLength: receipts.length * 2 }),
            ),
          ),
        ([receipts, shuffled]) => {
          expect(decide(shuffled)).toEqual(decide(receipts));
        },
      ),
    );
  });

  it('is the same whether they come all at once or one after the other', () => {
    fc.assert(
      fc.property(fc.array(receipt, { minLength: 1 }), fc.nat(), (receipts, at) => {
        const cut = 1 + (at % receipts.length);
        const former = decide(receipts.slice(0, cut));
        expect(decide([...receipts.slice(cut), former])).toEqual(decide(receipts));
      }),
    );
  });

  it('equals another one only when nothing tells them apart', () => {
    fc.assert(
      fc.property(receipt, receipt, (a, b) => {
        expect(Math.sign(compareReceipts(a, b))).toBe(-Math.sign(compareReceipts(b, a)) + 0);
        if (compareReceipts(a, b) === 0)
          expect([a.at, a.statusCode, a.key]).toEqual([b.at, b.statusCode, b.key]);
      }),
    );
  });

  it('is the delivery even if a failure is reported later', () => {
    expect(decide([mark('delivered', 1), mark('failed', 2)]).state).toBe('delivered');
  });

  it('is a final one even if a report on the way comes later', () => {
    expect(decide([mark('failed', 1), mark('dispatched', 2), mark('accepted', 3)]).state).toBe('failed');
    expect(decide([mark('dispatched', 1), mark('accepted', 2)]).state).toBe('dispatched');
  });

  it('is the later one of a failure and an expiry', () => {
    expect(decide([mark('expired', 2), mark('failed', 1)]).state).toBe('expired');
    expect(decide([mark('expired', 1), mark('failed', 2)]).state).toBe('failed');
  });

  it('is told by code and then by key where the instants are equal', () => {
    expect(
      decide([mark('failed', 1, { statusCode: '7' }), mark('failed', 1, { statusCode: '8' })]),
    ).toMatchObject({
      statusCode: '8',
    });
    expect(decide([mark('failed', 1, { key: 'z' }), mark('failed', 1, { key: 'a' })])).toMatchObject({
      key: 'z',
    });
  });

  it('ends the message when it says delivered, failed or expired', () => {
    expect(STATES.filter(isFinalReceipt)).toEqual(['failed', 'expired', 'delivered']);
  });
});
