import { providerConformance, type Trouble } from '../support/provider-conformance.ts';
import { outboundSms, RunningSinchSms, sinchSmsAt } from '../support/sinch-sms.ts';
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
  refuses_known_ids: 'client_reference is not unique for Sinch',
  batches: 'a batch has one text and one reference',
  retry_after: 'Sinch documents none',
};

providerConformance('sinch-sms', GAPS, async () => {
  const vendor = await RunningSinchSms.start();
  const provider = sinchSmsAt(vendor.url);
  const unreachable = sinchSmsAt(`http://127.0.0.1:${await freePort()}`);
  const token = provider.reportUrl().split('/').at(-1) ?? '';
  const body = (id: string): Buffer =>
    Buffer.from(
      JSON.stringify({
        type: 'recipient_delivery_report_sms',
        batch_id: '01JB2QK7ZQ3M8T5V6W7X8Y9Z0A',
        recipient: '12125550200',
        code: 0,
        status: 'Delivered',
        at: '2026-11-18T18:00:00.000Z',
        client_reference: id,
      }),
    );
  const inboundBody = Buffer.from(
    JSON.stringify({
      type: 'mo_text',
      id: '01JB2R0M4H8N7P6Q5R4S3T2V1W',
      from: '12125550123',
      to: '12065550100',
      body: 'Stop',
      received_at: new Date().toISOString(),
    }),
  );
  return {
    provider,
    unreachable,
    message: (trouble) => outboundSms(trouble ? NUMBERS[trouble] : '+12125550200'),
    malformed: () =>
      outboundSms('+12125550200', { content: { subject: null, text: 'x'.repeat(1_601), media: [] } }),
    requests: () => vendor.calls.length,
    accepted: () => vendor.accepted(),
    deliveryWebhooks: (ids) => ids.map((id) => ({ path: ['reports', token], headers: {}, body: body(id) })),
    inboundWebhook: () => ({ path: ['inbound', token], headers: {}, body: inboundBody }),
    forgedWebhook: (id) => ({ path: ['reports', `${token}x`], headers: {}, body: body(id) }),
    close: async () => {
      await Promise.all([provider.close(), unreachable.close()]);
      await vendor.stop();
    },
  };
});
