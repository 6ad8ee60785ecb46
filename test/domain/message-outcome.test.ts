import {
  isOpenOutcome,
  MESSAGE_OUTCOMES,
  MESSAGE_OUTLETS,
  OUTLET_OF_OUTCOME,
  outcomeOfMessage,
  RECEIPT_OUTLETS,
} from '../../domain/message-outcome.ts';
import { MESSAGE_STATES } from '../../domain/states.ts';

describe('the outlet of a message node', () => {
  it('is the one that the outcome asks for', () => {
    expect(OUTLET_OF_OUTCOME).toEqual({
      accepted: 'next',
      dispatched: 'next',
      delivered: 'delivered',
      failed: 'failed',
      rejected: 'failed',
      expired: 'no_receipt',
      no_receipt: 'no_receipt',
      unknown: 'unknown',
      unresolved: 'unknown',
      suppressed: 'suppressed',
    });
  });

  it('is one that the node has, for every outcome', () => {
    expect(Object.keys(OUTLET_OF_OUTCOME).sort()).toEqual([...MESSAGE_OUTCOMES].sort());
    for (const outlet of Object.values(OUTLET_OF_OUTCOME)) expect(MESSAGE_OUTLETS).toContain(outlet);
  });

  it('makes members wait for receipts only where a receipt can choose it', () => {
    expect([...RECEIPT_OUTLETS].sort()).toEqual(['delivered', 'failed', 'no_receipt', 'unknown']);
  });
});

describe('the outcome of a row of the ledger', () => {
  it('is not there yet while the message waits or is being called for', () => {
    expect(MESSAGE_STATES.filter((state) => outcomeOfMessage(state, false) === undefined)).toEqual([
      'queued',
      'submitting',
    ]);
  });

  it('is "no_receipt" once the deadline has closed an accepted message', () => {
    expect(outcomeOfMessage('accepted', false)).toBe('accepted');
    expect(outcomeOfMessage('accepted', true)).toBe('no_receipt');
    expect(outcomeOfMessage('dispatched', true)).toBe('no_receipt');
    expect(outcomeOfMessage('delivered', true)).toBe('delivered');
  });

  it('is "suppressed" for a cancelled message', () => {
    expect(outcomeOfMessage('cancelled', false)).toBe('suppressed');
  });

  it('can still change only while the provider or nobody knows the end', () => {
    expect(MESSAGE_OUTCOMES.filter(isOpenOutcome)).toEqual(['accepted', 'dispatched', 'unknown']);
  });
});
