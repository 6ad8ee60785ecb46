import { BENCH_TEMPLATE } from './audience.ts';

/**
 * The scenario that is measured: an MMS to everybody, who stay at the node until their delivery report is in.
 *
 * Whoever is not reached is sent an SMS after a condition and a wait, as in the example; here everybody is reached.
 * @param customers how many of the imported customers it is for
 */
export function benchScenario(name: string, customers: number): object {
  return {
    name,
    nodes: [
      {
        id: 'start',
        type: 'now',
        config: { audience: { attribute: 'position', op: 'lt', value: customers } },
      },
      {
        id: 'announce',
        type: 'mms',
        config: {
          sender: 'default',
          category: 'marketing',
          subject: 'Summer sale',
          text: BENCH_TEMPLATE,
          media: [{ url: '/media/summer-sale.png' }],
        },
      },
      { id: 'reached', type: 'exit', config: { reason: 'reached' } },
      { id: 'pause', type: 'wait', config: { for: '3s' } },
      {
        id: 'remind',
        type: 'sms',
        config: {
          category: 'marketing',
          text: 'Harbour & Pine: the summer sale ends on Sunday. Reply STOP to leave.',
        },
      },
    ],
    edges: [
      { from: 'start', to: 'announce' },
      { from: 'announce', outlet: 'delivered', to: 'reached' },
      { from: 'announce', outlet: 'failed', to: 'pause' },
      { from: 'announce', outlet: 'no_receipt', to: 'pause' },
      { from: 'pause', to: 'remind' },
    ],
  };
}
