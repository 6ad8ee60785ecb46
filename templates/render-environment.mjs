// The nunjucks in which templates are rendered. Own data only: what an object inherits can't be reached, and nothing can
// be called.
import nunjucks from 'nunjucks';
import filters from './filters.json' with { type: 'json' };

/** @typedef {(...args: unknown[]) => unknown} Unchecked */

export const environment = new nunjucks.Environment(null, { autoescape: false });

/**
 * What an object holds itself under a name.
 * @param {unknown} object @param {PropertyKey} key @returns {unknown}
 */
function ownData(object, key) {
  if (object === null || typeof object !== 'object' || !Object.hasOwn(object, key)) return undefined;
  const value = /** @type {Record<PropertyKey, unknown>} */ (object)[key];
  return typeof value === 'function' ? undefined : value;
}

/**
 * What each item of a list holds under a name; the items themselves when there is no name.
 * @param {ArrayLike<unknown> | null | undefined} list @param {PropertyKey | undefined} name
 */
function pick(list, name) {
  return name ? Array.from(list ?? [], (item) => ownData(item, name)) : list;
}

// These parts are not in nunjucks' types.
const runtime = /** @type {Record<string, unknown>} */ (/** @type {unknown} */ (nunjucks.runtime));
const internals = /** @type {{ globals: object, filters: Record<string, unknown>, tests: object }} */ (
  /** @type {unknown} */ (environment)
);

const inOperator = /** @type {Unchecked} */ (runtime['inOperator']);
runtime['memberLookup'] = ownData;
runtime['inOperator'] = (/** @type {PropertyKey} */ key, /** @type {unknown} */ value) =>
  Object.prototype.toString.call(value) === '[object Object]'
    ? ownData(value, key) !== undefined
    : inOperator(key, value);
runtime['contextOrFrameLookup'] = (
  /** @type {{ ctx: Record<string, unknown> }} */ context,
  /** @type {{ lookup(name: string): unknown }} */ frame,
  /** @type {string} */ name,
) => frame.lookup(name) ?? ownData(context.ctx, name);
runtime['callWrap'] = () => {
  throw new Error('A template may not call anything.');
};

const { join, sum } = /** @type {{ join: Unchecked, sum: Unchecked }} */ (internals.filters);
/** Filters that take the name of an attribute, which nunjucks looks up in what is inherited too. */
const ownDataFilters = {
  join: (
    /** @type {ArrayLike<unknown>} */ list,
    /** @type {unknown} */ separator,
    /** @type {string} */ name,
  ) => join(pick(list, name), separator),
  sum: (/** @type {ArrayLike<unknown>} */ list, /** @type {string} */ name, /** @type {unknown} */ start) =>
    sum(pick(list, name), undefined, start),
};
const allowed = Object.entries(internals.filters).filter(([name]) => filters.includes(name));
internals.filters = Object.assign({ __proto__: null }, Object.fromEntries(allowed), ownDataFilters);
internals.tests = Object.assign({ __proto__: null }, internals.tests);
internals.globals = { __proto__: null };
