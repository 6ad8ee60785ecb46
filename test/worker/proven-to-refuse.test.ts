import type { IntegrationRow } from '../../database/read-integration.ts';
import type { Channel } from '../../domain/channel.ts';
import { isProvenToRefuse, looksAtIdsFirst } from '../../worker/proven-to-refuse.ts';

const here = { isLocal: () => true };
const elsewhere = { isLocal: () => false };

function integration(more: Partial<IntegrationRow>): IntegrationRow {
  return {
    ...{ id: '', key: 'infobip', provider: 'infobip', revision: 1, baseUrl: 'https://xyz.api.infobip.com' },
    ...{ settings: {}, webhook: {}, sealed: null, messagesPerCall: 1, messagesPerSecond: null },
    ...{ idempotentIds: 'verified', verifiedChannels: [], ...more },
  };
}

describe('a message in doubt is offered again', () => {
  it.each<[string, Partial<IntegrationRow>, Channel, typeof here, boolean]>([
    ['at our simulator', {}, 'mms', here, true],
    ['not at a real account that only the database calls verified', {}, 'mms', elsewhere, false],
    [
      'at a real account whose channel a probe has verified',
      { verifiedChannels: ['sms'] },
      'sms',
      elsewhere,
      true,
    ],
    ['not by another channel of it', { verifiedChannels: ['sms'] }, 'mms', elsewhere, false],
    ['not where a later probe has shown the contrary', { idempotentIds: 'no' }, 'sms', here, false],
  ])('%s', (_where, more, channel, providers, expected) => {
    expect(isProvenToRefuse(providers, integration(more), channel)).toBe(expected);
  });
});

it('a rejected repeat ends the doubt about the first offer at our simulator alone', () => {
  const verified = integration({ verifiedChannels: ['sms', 'mms'] });
  expect([looksAtIdsFirst(here, verified), looksAtIdsFirst(elsewhere, verified)]).toEqual([true, false]);
});
