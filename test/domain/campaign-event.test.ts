import { CAMPAIGN_EVENT_STATUSES, statusOfReceipt } from '../../domain/campaign-event.ts';

describe('a campaign event', () => {
  it('has one of the statuses that A12 and A13 name', () => {
    expect([...CAMPAIGN_EVENT_STATUSES]).toEqual([
      'enqueued',
      'enqueue_failed',
      'delivered',
      'failed',
      'clicked',
    ]);
  });

  it('calls an expired message a failed one: its code tells the difference', () => {
    expect([statusOfReceipt('delivered'), statusOfReceipt('failed'), statusOfReceipt('expired')]).toEqual([
      'delivered',
      'failed',
      'failed',
    ]);
  });
});
