import { inboundSms } from '../support/inbound.ts';
import { infobipAt, outbound, RunningSimulator } from '../support/infobip.ts';
import { providerConformance, type Trouble } from '../support/provider-conformance.ts';
import { freePort } from '../support/temporal-server.ts';
import { report } from '../support/webhooks.ts';

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

providerConformance('infobip', {}, async () => {
  const vendor = await RunningSimulator.start();
  const provider = infobipAt(vendor.url);
  const unreachable = infobipAt(`http://127.0.0.1:${await freePort()}`);
  const token = provider.reportUrl('mms').split('/').at(-1) ?? '';
  const doneAt = '2026-11-18T18:00:00.000+0000';
  const body = (ids: readonly string[]): Buffer =>
    Buffer.from(JSON.stringify({ results: ids.map((id) => report(id, { doneAt })) }));
  const inboundBody = Buffer.from(JSON.stringify({ results: [inboundSms('+12125550123', 'Stop')] }));
  return {
    provider,
    unreachable,
    message: (trouble) => outbound(trouble ? NUMBERS[trouble] : '+12125550200'),
    malformed: () => outbound(`+1212${'5'.repeat(70)}`),
    requests: () => vendor.calls.length,
    accepted: () => vendor.accepted(),
    deliveryWebhooks: (ids) => [{ path: ['reports', 'mms', token], headers: {}, body: body(ids) }],
    inboundWebhook: () => ({ path: ['inbound', token], headers: {}, body: inboundBody }),
    forgedWebhook: (id) => ({ path: ['reports', 'mms', `${token}x`], headers: {}, body: body([id]) }),
    close: async () => {
      await Promise.all([provider.close(), unreachable.close()]);
      await vendor.stop();
    },
  };
});
