type Schema = Readonly<Record<string, unknown>>;

/**
 * Whether a value fits a JSON Schema, as far as our own documents use its words.
 *
 * @returns the first misfit as a JSON pointer and a word, undefined when it fits
 * @throws Error at a word that this check does not know: it never passes what it has not looked at
 */
export function misfit(schema: unknown, value: unknown, root: unknown = schema, at = ''): string | undefined {
  if (schema === true || schema === undefined) return undefined;
  if (schema === false) return `${at} false`;
  for (const [word, rule] of Object.entries(schema as Schema)) {
    const check = WORDS[word];
    if (!check) throw new Error(`This check does not know the word "${word}" of ${at || 'the root'}.`);
    const found = check(rule, value, { root, at, schema: schema as Schema });
    if (found !== undefined) return found;
  }
  return undefined;
}

interface Place {
  readonly root: unknown;
  readonly at: string;
  readonly schema: Schema;
}
type Check = (rule: unknown, value: unknown, place: Place) => string | undefined;

/** What a local reference names. @throws Error when there is nothing */
export function resolve(root: unknown, reference: string): unknown {
  const path = reference
    .replace(/^#\/?/, '')
    .split('/')
    .filter((part) => part !== '');
  return path.reduce<unknown>((node, part) => {
    const name = part.replaceAll('~1', '/').replaceAll('~0', '~');
    if (typeof node !== 'object' || node === null || !(name in node))
      throw new Error(`${reference} names nothing.`);
    return (node as Schema)[name];
  }, root);
}

const isObject = (value: unknown): value is Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const TYPES: Readonly<Record<string, (value: unknown) => boolean>> = {
  object: isObject,
  array: Array.isArray,
  string: (value) => typeof value === 'string',
  number: (value) => typeof value === 'number',
  integer: Number.isInteger,
  boolean: (value) => typeof value === 'boolean',
  null: (value) => value === null,
};

/** A check that only speaks of values of one kind. */
function when<T>(is: (value: unknown) => value is T, holds: (rule: unknown, value: T) => boolean): Check {
  return (rule, value, { at }) => (is(value) && !holds(rule, value) ? `${at} ${String(rule)}` : undefined);
}

const isText = (value: unknown): value is string => typeof value === 'string';
const isNumber = (value: unknown): value is number => typeof value === 'number';
const isList = (value: unknown): value is readonly unknown[] => Array.isArray(value);
const accepted: Check = () => undefined;

const WORDS: Readonly<Record<string, Check>> = {
  ...Object.fromEntries(
    ['$schema', '$defs', '$id', 'description', 'title', 'example', 'examples', 'default', 'format'].map(
      (word) => [word, accepted],
    ),
  ),
  $ref: (rule, value, { root, at }) => misfit(resolve(root, rule as string), value, root, at),
  type: (rule, value, { at }) =>
    (Array.isArray(rule) ? rule : [rule]).some((type) => TYPES[type as string]?.(value))
      ? undefined
      : `${at} type ${String(rule)}`,
  const: (rule, value, { at }) => (Object.is(rule, value) ? undefined : `${at} const ${String(rule)}`),
  enum: (rule, value, { at }) => ((rule as unknown[]).includes(value) ? undefined : `${at} enum`),
  minLength: when(isText, (rule, value) => value.length >= Number(rule)),
  maxLength: when(isText, (rule, value) => value.length <= Number(rule)),
  pattern: when(isText, (rule, value) => new RegExp(rule as string, 'u').test(value)),
  minimum: when(isNumber, (rule, value) => value >= Number(rule)),
  maximum: when(isNumber, (rule, value) => value <= Number(rule)),
  minItems: when(isList, (rule, value) => value.length >= Number(rule)),
  maxItems: when(isList, (rule, value) => value.length <= Number(rule)),
  items: (rule, value, { root, at }) =>
    isList(value)
      ? first(value.map((item, index) => () => misfit(rule, item, root, `${at}/${index}`)))
      : undefined,
  required: (rule, value, { at }) => {
    const missing = isObject(value) ? (rule as string[]).find((name) => !(name in value)) : undefined;
    return missing === undefined ? undefined : `${at}/${missing} required`;
  },
  properties: (rule, value, { root, at }) =>
    isObject(value)
      ? first(
          Object.entries(rule as Schema).map(
            ([name, inner]) =>
              () =>
                name in value ? misfit(inner, value[name], root, `${at}/${name}`) : undefined,
          ),
        )
      : undefined,
  additionalProperties: (rule, value, { root, at, schema }) =>
    isObject(value)
      ? first(
          Object.keys(value)
            .filter((name) => !(name in ((schema['properties'] ?? {}) as Schema)))
            .map((name) => () => misfit(rule, value[name], root, `${at}/${name}`)),
        )
      : undefined,
  propertyNames: (rule, value, { root, at }) =>
    isObject(value) ? first(Object.keys(value).map((name) => () => misfit(rule, name, root, at))) : undefined,
  anyOf: oneOfThem,
  oneOf: oneOfThem,
  allOf: (rule, value, { root, at }) =>
    first((rule as unknown[]).map((inner) => () => misfit(inner, value, root, at))),
};

function oneOfThem(rule: unknown, value: unknown, { root, at }: Place): string | undefined {
  const found = (rule as unknown[]).map((inner) => misfit(inner, value, root, at));
  return found.includes(undefined) ? undefined : `${at} none of: ${found.join('; ')}`;
}

function first(checks: readonly (() => string | undefined)[]): string | undefined {
  for (const check of checks) {
    const found = check();
    if (found !== undefined) return found;
  }
  return undefined;
}
