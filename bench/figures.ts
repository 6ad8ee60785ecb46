import type { BareFigures } from './bare/bare-loop.ts';
import type { EngineFigures } from './engine/run-engine.ts';
import type { PerCustomerFigures } from './per-customer/run-per-customer.ts';
import type { WebhookFigures } from './webhooks/run-webhooks.ts';

/** Everything that was measured; a part that was left out is missing. */
export interface Figures {
  /** With one message a call and one report a callback. */
  readonly bare?: BareFigures;
  /** With one message a call, its reports gathered. */
  readonly bare_gathered?: BareFigures;
  readonly bare_batched?: BareFigures;
  readonly per_customer?: PerCustomerFigures;
  readonly engine?: EngineFigures;
  readonly engine_gathered?: EngineFigures;
  readonly engine_batched?: EngineFigures;
  readonly engine_large?: EngineFigures;
  /** Small runs immediately before and after the large one, in their order; older results do not have them. */
  readonly engine_beside_large?: readonly EngineFigures[];
  readonly engine_spread?: EngineFigures;
  readonly webhooks?: WebhookFigures;
}
