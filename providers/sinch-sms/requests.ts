import { SMS_LIMITS } from '../../domain/sms-limits.ts';
import type { OutboundMessage } from '../provider.ts';

/** Longest time for which Sinch tries to deliver, and how long it tries where nobody says otherwise: three days. */
const MAX_VALIDITY_MS = 3 * 86_400_000;
/** How far Sinch's clock may lag behind ours: an instant beyond its maximum would be refused. */
const CLOCK_ERROR_MS = 5 * 60_000;
/** An expiry that lies so near may be over before the call has come in; it would be refused too. */
const MIN_VALIDITY_MS = 10_000;
/** The body of the call that offers a message. @param now instant from which its validity counts */
export function batchBody(message: OutboundMessage, now: number): string {
  return JSON.stringify({
    type: 'mt_text',
    from: message.sender,
    to: [digitsOf(message.to)],
    body: message.content.text,
    delivery_report: 'per_recipient_final',
    callback_url: message.reportUrl,
    client_reference: message.id,
    ...expiry(message.validityMs, now),
    // Asking for a limit makes reports say how many parts there were.
    max_number_of_message_parts: SMS_LIMITS['sinch-sms'].segments,
  });
}

/** Nothing where it would be Sinch's own default, or so near to it that only two clocks tell them apart. */
function expiry(validityMs: number, now: number): { readonly expire_at?: string } {
  if (validityMs > MAX_VALIDITY_MS - CLOCK_ERROR_MS) return {};
  return { expire_at: new Date(now + Math.max(validityMs, MIN_VALIDITY_MS)).toISOString() };
}

function digitsOf(e164: string): string {
  return e164.replace(/^\+/, '');
}
