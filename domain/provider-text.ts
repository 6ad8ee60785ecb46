import { maskNumbers } from './mask-numbers.ts';
import { storableText } from './storable.ts';

/** A provider's words as they are kept: storable, and without the number that they may name. */
export function providerText(text: string): string {
  return maskNumbers(storableText(text));
}
