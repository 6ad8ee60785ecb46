import { requiredField } from './vendor-fields.ts';

export { textField } from './vendor-fields.ts';

/** Who sent it: what every inbound message must say. */
export const fromField = requiredField(100);

/** An international number with its plus; anything else, such as a short code, as it was given. */
export function e164Of(given: string): string {
  const digits = given.replace(/[\s()./-]/g, '').replace(/^\+/, '');
  return /^\d{7,15}$/.test(digits) ? `+${digits}` : given;
}

/** A sender of ours, the same however a vendor writes it. */
export function senderOf(given: string | null | undefined): string {
  return e164Of((given ?? '').trim()).replace(/^\+/, '');
}

/** Null for a text that says nothing. */
export function givenText(text: string | null | undefined): string | null {
  return text === null || text === undefined || text.trim() === '' ? null : text;
}
