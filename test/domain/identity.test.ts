import fc from 'fast-check';
import { campaignEventId, messageId } from '../../database/ids.ts';
import { cohortWorkflowIdPrefix, monthOf, monthOfId, type MessageIdentity } from '../../domain/identity.ts';

const IDENTITY: MessageIdentity = {
  runId: '2026110a-0000-8000-a000-000000000001',
  customerId: '2c9a0a3e-5d0f-4f0e-9a58-3f6f3a6f0d10',
  entryKey: '1',
  actionId: 1,
  pass: 1,
  leg: 0,
};

describe("a message's id", () => {
  it('is the same for ever', () => {
    // A provider that refuses known ids must refuse them after a restore and after an update of this engine too.
    expect(messageId(202611, IDENTITY)).toBe('20261108-e671-8a2b-a0c2-434d9b10d316');
  });

  it('is another one for every other message', () => {
    const others: readonly Partial<MessageIdentity>[] = [
      { runId: '2026110a-0000-8000-a000-000000000002' },
      { customerId: '2c9a0a3e-5d0f-4f0e-9a58-3f6f3a6f0d11' },
      { entryKey: '2' },
      { actionId: 2 },
      { pass: 2 },
      { leg: 1 },
    ];
    const ids = [{}, ...others].map((other) => messageId(202611, { ...IDENTITY, ...other }));
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('does not mix up neighbouring parts of an identity', () => {
    const [a, b] = [
      { ...IDENTITY, actionId: 1, pass: 11 },
      { ...IDENTITY, actionId: 11, pass: 1 },
    ];
    expect(messageId(202611, a)).not.toBe(messageId(202611, b));
  });

  it('is a UUID that spells the month of its partition', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2000, max: 2999 }),
        fc.integer({ min: 1, max: 12 }),
        fc.uuid(),
        (year, monthInYear, customerId) => {
          const month = year * 100 + monthInYear;
          const id = messageId(month, { ...IDENTITY, customerId });
          expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
          expect(monthOfId(id)).toBe(month);
        },
      ),
    );
  });

  it('names no month when it is none of ours', () => {
    for (const id of ['', 'abc', '202613aa-', '202600aa-', '000000aa-', '19991200', '-20261', '2026.1']) {
      expect(() => monthOfId(id)).toThrow(RangeError);
    }
  });
});

describe("a campaign event's id", () => {
  it('is one for each message and cause, in the month of the message', () => {
    const message = messageId(202611, IDENTITY);
    const other = messageId(202611, { ...IDENTITY, leg: 1 });
    const ids = [
      campaignEventId(message, 'submission'),
      campaignEventId(message, 'a receipt'),
      campaignEventId(other, 'submission'),
    ];
    expect(new Set(ids).size).toBe(3);
    expect(ids.map(monthOfId)).toEqual([202611, 202611, 202611]);
    expect(campaignEventId(message, 'submission')).toBe(ids[0]);
  });
});

describe('the month of an instant', () => {
  it('is read in UTC', () => {
    expect(monthOf(Date.UTC(2026, 10, 30, 23, 59, 59, 999))).toBe(202611);
    expect(monthOf(Date.UTC(2026, 11, 1))).toBe(202612);
    expect(monthOf(Date.UTC(2027, 0, 1))).toBe(202701);
  });
});

describe("the ids of a run's cohort workflows", () => {
  it("begin with the run's own name", () => {
    expect(cohortWorkflowIdPrefix('run/summer-sale/x')).toBe('cohort/summer-sale/x/');
  });
});
