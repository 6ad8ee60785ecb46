import { contentHash } from '../../providers/sinch-mms/requests.ts';
import { outbound } from '../support/infobip.ts';
import { eventually } from '../support/eventually.ts';
import { providerConformance, type Trouble } from '../support/provider-conformance.ts';
import { RecordingServer } from '../support/recording-server.ts';
import { memoryOfSavedContent } from '../support/saved-content.ts';
import { RunningSinchMms, SERVICE_ID, sinchMmsAt } from '../support/sinch-mms.ts';
import { freePort } from '../support/temporal-server.ts';

/** Magic numbers of the simulator by the trouble that they make. */
const NUMBERS: Readonly<Record<Trouble, string>> = {
  rejects: '+12125550163',
  throttles: '+12125550157',
  fails: '+12125550156',
  resets: '+12125550154',
  stays_silent: '+12125550155',
  truncates: '+12125550158',
  leaves_out: '+12125550159',
};

const GAPS = {
  refuses_known_ids: 'client-reference is not unique for Sinch',
  batches: 'a call has one number',
  retry_after: 'Sinch documents none',
  lookup: 'Sinch has no way to read a message',
};

providerConformance('sinch-mms', GAPS, async () => {
  const postbacks = await RecordingServer.start();
  const vendor = await RunningSinchMms.start({ postbackUrl: `${postbacks.url}/postbacks` });
  const store = memoryOfSavedContent();
  const provider = sinchMmsAt(vendor.url, store);
  const nowhere = `http://127.0.0.1:${await freePort()}`;
  const unreachable = sinchMmsAt(nowhere, store);
  const token = provider.reportUrl().split('/').at(-1) ?? '';
  const { content } = outbound('+12125550200');
  expect((await provider.prepare([content, content])).waitMs).toBeGreaterThan(0);
  const [saved] = await eventually(() => (postbacks.requests.length > 0 ? postbacks.requests : undefined));
  const { contents } = provider.parseWebhook(
    { path: ['postbacks', token], headers: {}, body: Buffer.from(saved?.text ?? '') },
    Date.now(),
  );
  await store.ready('', contents?.[0]?.reference ?? '');
  expect(await provider.prepare([content])).toEqual({ waitMs: 0 });
  // Nobody can save anything where nobody is.
  const elsewhere = contentHash(content, 'saved_media', `${nowhere} ${SERVICE_ID}`);
  await store.begin('', elsewhere, { leaseMs: 0, refusedMs: 0 });
  await store.saved('', elsewhere, 'nowhere');
  await store.ready('', 'nowhere');
  const body = (id: string): Buffer =>
    Buffer.from(
      JSON.stringify({
        origin: 'MMS_MT',
        code: 'N102',
        status: 'Delivered',
        'tracking-id': `MMS_${id}`,
        'client-reference': id,
        timestamp: '2026-11-18T18:00:00Z',
      }),
    );
  const inboundBody = Buffer.from(
    JSON.stringify({
      origin: 'MMS_MO',
      code: 'N401',
      from: '12125550123',
      to: '12065550100',
      keyword: 'STOP',
      'tracking-id': 'mo12ab',
      timestamp: new Date().toISOString(),
      content: [{ file: 'https://mo.example.test/2.txt' }],
    }),
  );
  return {
    provider,
    unreachable,
    message: (trouble) => outbound(trouble ? NUMBERS[trouble] : '+12125550200'),
    malformed: () => outbound('+12125550200', { sender: 'Harbour' }),
    requests: () => vendor.calls.length,
    accepted: () => vendor.accepted(),
    deliveryWebhooks: (ids) => ids.map((id) => ({ path: ['postbacks', token], headers: {}, body: body(id) })),
    inboundWebhook: () => ({ path: ['postbacks', token], headers: {}, body: inboundBody }),
    forgedWebhook: (id) => ({ path: ['postbacks', `${token}x`], headers: {}, body: body(id) }),
    close: async () => {
      await Promise.all([provider.close(), unreachable.close()]);
      await vendor.stop();
      await postbacks.stop();
    },
  };
});
