import { storedPhone } from '../customers/phone-number.ts';

export interface SenderNumber {
  readonly e164: string;
  readonly country: string | null;
  readonly lineType: string | null;
}

/**
 * Who has sent an inbound message.
 *
 * What is no valid number counts as it was given: it may become one with the next edition of the number plans, and a STOP from it
 * must then be remembered.
 */
export function senderNumber(from: string): SenderNumber {
  for (const given of [from, from.replace(/^\+/, '')]) {
    const phone = storedPhone(given);
    if (phone.state === 'valid') return phone;
  }
  return { e164: from, country: null, lineType: null };
}
