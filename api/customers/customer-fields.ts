import type { ConsentStatement } from '../../domain/consent.ts';
import { CUSTOMER_LIMITS, CustomerProblem, type CustomerRecord } from '../../domain/customer-record.ts';
import { parseInstant } from '../../domain/instant.ts';
import type { JsonValue } from '../../domain/json.ts';
import { isStorable } from '../../domain/storable.ts';
import type { ConsentField, FieldTarget } from './field-names.ts';

/** How far in the future a consent may lie: clocks differ. */
const MAX_FUTURE_MS = 24 * 3_600_000;
/**
 * Builds a record from named values of JSON; undefined stands for "not given".
 * @throws CustomerProblem with the first thing that is wrong
 */
export function customerRecord(
  fields: Iterable<readonly [target: FieldTarget, value: JsonValue | undefined]>,
  now: number,
): CustomerRecord {
  let externalId: string | undefined;
  const texts: Partial<Record<'phone' | 'timezone' | 'language', string | null>> = {};
  const attributes = new Map<string, JsonValue>();
  const consents: Record<string, Partial<Record<ConsentField, JsonValue>>> = {};
  for (const [target, value] of fields) {
    if (value === undefined) continue;
    switch (target.kind) {
      case 'externalId':
        externalId = externalIdOf(value);
        break;
      case 'phone':
        texts.phone = value === null ? null : textOf('phone', value, CUSTOMER_LIMITS.phoneLength);
        break;
      case 'timezone':
        texts.timezone = value === null ? null : timezoneOf(value);
        break;
      case 'language':
        texts.language = value === null ? null : languageOf(value);
        break;
      case 'consent':
        (consents[target.category] ??= {})[target.field] = value;
        break;
      case 'attribute':
        attributes.set(attributeName(target.name), attributeValue(target.name, value));
        break;
    }
  }
  if (externalId === undefined)
    throw new CustomerProblem('external_id_missing', 'The customer has no externalId.');
  if (attributes.size > CUSTOMER_LIMITS.attributes) {
    throw new CustomerProblem(
      'too_many_attributes',
      `A customer has at most ${CUSTOMER_LIMITS.attributes} attributes.`,
    );
  }
  return {
    externalId,
    ...texts,
    attributes: Object.fromEntries(attributes),
    consents: Object.fromEntries(
      Object.entries(consents).flatMap(([category, said]) => {
        const statement = consentStatement(category, said, now);
        return statement ? [[category, statement] as const] : [];
      }),
    ),
  };
}

/** @returns undefined when nothing is said about the consent itself */
function consentStatement(
  category: string,
  { granted, time, method, source }: Partial<Record<ConsentField, JsonValue>>,
  now: number,
): ConsentStatement | undefined {
  if (granted === undefined || granted === null) return undefined;
  if (typeof granted !== 'boolean') {
    throw new CustomerProblem('bad_consent', `consent.${category}.granted must be true or false.`);
  }
  return {
    granted,
    saidAt: consentTime(category, time, now),
    method: consentText(`consent.${category}.method`, method),
    source: consentText(`consent.${category}.source`, source),
  };
}

function consentTime(category: string, time: JsonValue | undefined, now: number): number | null {
  if (time === undefined || time === null || time === '') return null;
  const saidAt = typeof time === 'string' ? parseInstant(time.trim()) : undefined;
  if (saidAt === undefined || saidAt > now + MAX_FUTURE_MS) {
    throw new CustomerProblem(
      'bad_consent',
      `consent.${category}.time must be a past instant such as 2026-03-01T12:00:00Z.`,
    );
  }
  return saidAt;
}

function consentText(name: string, value: JsonValue | undefined): string | null {
  if (value === undefined || value === null) return null;
  if (typeof value !== 'string' || !isStorable(value))
    throw new CustomerProblem('bad_consent', `${name} must be a text.`);
  return value.trim().slice(0, 500) || null;
}

function externalIdOf(value: JsonValue): string {
  const text = typeof value === 'number' ? String(value) : value;
  if (typeof text !== 'string' || text.trim() === '') {
    throw new CustomerProblem('external_id_missing', 'The customer has no externalId.');
  }
  return textOf('externalId', text, CUSTOMER_LIMITS.externalIdLength);
}

function textOf(name: string, value: JsonValue, limit: number): string {
  const text = typeof value === 'number' ? String(value) : value;
  if (typeof text !== 'string' || !isStorable(text))
    throw new CustomerProblem('bad_field', `${name} must be a text.`);
  if (text.trim().length > limit) {
    throw new CustomerProblem('field_too_long', `${name} has at most ${limit} characters.`);
  }
  return text.trim();
}

function timezoneOf(value: JsonValue): string {
  const text = textOf('timezone', value, 64);
  if (!isTimezone(text)) {
    throw new CustomerProblem(
      'bad_timezone',
      'timezone must be a name of the IANA list, such as America/New_York.',
    );
  }
  return text;
}

const timezones = new Map<string, boolean>();

function isTimezone(name: string): boolean {
  let known = timezones.get(name);
  if (known === undefined) {
    try {
      new Intl.DateTimeFormat('en', { timeZone: name });
      known = true;
    } catch {
      known = false;
    }
    if (timezones.size < 1_000) timezones.set(name, known);
  }
  return known;
}

function languageOf(value: JsonValue): string {
  const text = textOf('language', value, 35);
  if (!/^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*$/.test(text)) {
    throw new CustomerProblem('bad_language', 'language must be a tag such as en or fr-CA.');
  }
  return text;
}

function attributeName(name: string): string {
  if (name === '__proto__')
    throw new CustomerProblem('bad_attribute', `No attribute can be called "${name}".`);
  if (name === '' || name.length > CUSTOMER_LIMITS.attributeNameLength || !isStorable(name)) {
    throw new CustomerProblem(
      'bad_attribute',
      `An attribute's name has 1 to ${CUSTOMER_LIMITS.attributeNameLength} characters.`,
    );
  }
  return name;
}

function attributeValue(name: string, value: JsonValue): JsonValue {
  if (!isStorable(value)) {
    throw new CustomerProblem(
      'bad_attribute',
      `"${name.slice(0, 50)}" contains what can't be stored, such as a NUL character.`,
    );
  }
  if (JSON.stringify(value).length > CUSTOMER_LIMITS.attributeLength) {
    throw new CustomerProblem(
      'attribute_too_large',
      `"${name.slice(0, 50)}" has at most ${CUSTOMER_LIMITS.attributeLength} characters.`,
    );
  }
  return value;
}
