import type { MessageContent } from '../../domain/message-content.ts';
import type { PersonalTexts } from '../../providers/sinch-mms/requests.ts';
import type { Generation } from '../../simulators/sinch-mms/wire.ts';
import { callWindow } from '../support/provider-conformance.ts';
import { eventually } from '../support/eventually.ts';
import { outbound } from '../support/infobip.ts';
import { memoryOfSavedContent } from '../support/saved-content.ts';
import { RunningSinchMms, sinchMmsAt } from '../support/sinch-mms.ts';

const MEDIA = [
  { url: 'https://cdn.example.com/a.jpg', contentType: 'image/jpeg' },
  { url: 'https://tidings.example.com/cards/a.vcf', contentType: 'text/vcard' },
];

/** What handsets show of messages that are sent through an account, in order. */
async function shown(
  generation: Generation,
  contents: readonly MessageContent[],
  personalTexts?: PersonalTexts,
): Promise<readonly unknown[]> {
  const vendor = await RunningSinchMms.start({ generation });
  const store = memoryOfSavedContent();
  // Without its postback Sinch is asked once the patience is over; here it never comes.
  const ready: typeof store = {
    ...store,
    saved: async (integration, hash, reference) => {
      await store.saved(integration, hash, reference);
      await store.ready(integration, reference);
    },
  };
  const provider = sinchMmsAt(vendor.url, ready, personalTexts);
  try {
    for (const content of contents) {
      const message = outbound('+12125550200', { content });
      await eventually(async () => {
        await provider.prepare([content]);
        const [outcome] = await provider.submit([message], callWindow());
        return outcome?.kind === 'accepted' ? outcome : undefined;
      });
    }
    return vendor.rows.flatMap((row) => (row.kind === 'accepted' ? [row.shows] : []));
  } finally {
    await provider.close();
    await vendor.stop();
  }
}

const personal = (name: string): MessageContent => ({
  subject: `For ${name}`,
  text: `Hello ${name}`,
  media: MEDIA,
});

describe.each<Generation>(['current', 'older'])(
  'an account that keeps to the %s documents of Sinch',
  (generation) => {
    it('shows each person what was written for them where messages leave as a whole', async () => {
      expect(await shown(generation, [personal('Ana'), personal('Bo')], 'whole')).toEqual([
        { subject: 'For Ana', texts: ['Hello Ana'] },
        { subject: 'For Bo', texts: ['Hello Bo'] },
      ]);
    });

    it('shows everybody what is the same for all', async () => {
      const same = { subject: 'Spring', text: 'Doors open at 6', media: MEDIA, isSameForAll: true };
      const other = { ...same, text: 'Doors open at 7' };
      expect(await shown(generation, [same, same, other])).toEqual([
        { subject: 'Spring', texts: ['Doors open at 6'] },
        { subject: 'Spring', texts: ['Doors open at 6'] },
        { subject: 'Spring', texts: ['Doors open at 7'] },
      ]);
    });
  },
);

it('an account that honours custom texts shows them with media that were saved once', async () => {
  expect(await shown('older', [personal('Ana'), personal('Bo')])).toEqual([
    { subject: 'For Ana', texts: ['Hello Ana'] },
    { subject: 'For Bo', texts: ['Hello Bo'] },
  ]);
});

it('a message without a subject is taken by an account that wants one, and shows the beginning of its text there', async () => {
  expect(await shown('older', [{ ...personal('Ana'), subject: null }])).toEqual([
    { subject: 'Hello Ana', texts: ['Hello Ana'] },
  ]);
});
