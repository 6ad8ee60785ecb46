import { parsePhoneNumberFromString } from 'libphonenumber-js/max';

export type StoredPhone =
  | { readonly state: 'none' }
  | { readonly state: 'invalid'; readonly given: string }
  | {
      readonly state: 'valid';
      readonly e164: string;
      readonly country: string | null;
      readonly lineType: string | null;
    };

/**
 * What a number is, decided once when it comes in: about 20 µs, too long for every send.
 * @param given in any usual form; without a country code it is read as a US or Canadian number
 */
export function storedPhone(given: string | null): StoredPhone {
  if (given === null || given === '') return { state: 'none' };
  const parsed = parsePhoneNumberFromString(given, 'US');
  if (!parsed?.isValid()) return { state: 'invalid', given };
  return {
    state: 'valid',
    e164: parsed.number,
    country: parsed.country ?? null,
    lineType: parsed.getType() ?? null,
  };
}
