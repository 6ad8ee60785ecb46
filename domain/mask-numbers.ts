/** Anything that looks like a phone number, with or without its plus. */
const PHONE_NUMBER = /\+\d{7,15}\b|(?<![\w-])1\d{10}(?![\w-])/g;

/** A text with `[number]` for whatever looks like a phone number. */
export function maskNumbers(text: string): string {
  return text.replace(PHONE_NUMBER, '[number]');
}
