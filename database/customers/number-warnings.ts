import { SERVED_COUNTRIES } from '../../domain/gate.ts';
import type { PreparedRecord } from './import-customers.ts';
import type { StoredPhone } from './phone-number.ts';

export interface NumberWarning {
  readonly externalId: string;
  readonly code: 'invalid_number' | 'country_not_served';
  readonly message: string;
}

const MESSAGES: Readonly<Record<NumberWarning['code'], string>> = {
  invalid_number: 'phone is not a valid number: the customer is stored, but gets no message.',
  country_not_served:
    'phone belongs neither to the US (with its territories) nor to Canada: the customer is stored, but gets no message.',
};

/** Numbers that were stored although no message can go to them. */
export function numberWarnings(records: readonly PreparedRecord[]): readonly NumberWarning[] {
  return records.flatMap(({ record: { externalId }, phone }) => {
    const code = phone && warningOf(phone);
    return code ? [{ externalId, code, message: MESSAGES[code] }] : [];
  });
}

function warningOf(phone: StoredPhone): NumberWarning['code'] | undefined {
  if (phone.state === 'invalid') return 'invalid_number';
  if (phone.state === 'none') return undefined;
  return phone.country !== null && SERVED_COUNTRIES.includes(phone.country)
    ? undefined
    : 'country_not_served';
}
