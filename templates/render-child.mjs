// Renders templates for the pool, one batch a message: its own process, an empty environment, a small heap, no right
// to read anything but nunjucks. Its parent kills it when a batch takes too long.
import nunjucks from 'nunjucks';
import filters from './filters.json' with { type: 'json' };

const MAX_OUTPUT = 8_192;
const CACHE_SIZE = 200;

/** @typedef {import('./protocol.ts').RenderJob} RenderJob */
/** @typedef {import('./protocol.ts').RenderResult} RenderResult */

// Own data only: what an object inherits can't be reached, and nothing can be called.
const runtime = /** @type {Record<string, Function>} */ (/** @type {unknown} */ (nunjucks.runtime));
runtime['memberLookup'] = (/** @type {unknown} */ object, /** @type {PropertyKey} */ key) =>
  object !== null && typeof object === 'object' && Object.hasOwn(object, key)
    ? /** @type {Record<PropertyKey, unknown>} */ (object)[key]
    : undefined;
runtime['contextOrFrameLookup'] = (
  /** @type {{ ctx: Record<string, unknown> }} */ context,
  /** @type {{ lookup(name: string): unknown }} */ frame,
  /** @type {string} */ name,
) => frame.lookup(name) ?? (Object.hasOwn(context.ctx, name) ? context.ctx[name] : undefined);
runtime['callWrap'] = () => {
  throw new Error('A template may not call anything.');
};

const environment = new nunjucks.Environment(null, { autoescape: false });
// These fields are not in nunjucks' types.
const internals = /** @type {{ globals: object, filters: Record<string, unknown> }} */ (
  /** @type {unknown} */ (environment)
);
internals.globals = { __proto__: null };
internals.filters = Object.fromEntries(
  Object.entries(internals.filters).filter(([name]) => filters.includes(name)),
);

/** @type {Map<string, nunjucks.Template>} */
const compiled = new Map();

/** @param {string} source */
function templateOf(source) {
  let template = compiled.get(source);
  if (!template) {
    template = new nunjucks.Template(source, environment, undefined, true);
    if (compiled.size >= CACHE_SIZE) compiled.delete(/** @type {string} */ (compiled.keys().next().value));
    compiled.set(source, template);
  }
  return template;
}

/** @param {RenderJob} job @param {object} customer @returns {RenderResult} */
function render(job, customer) {
  try {
    /** @type {Record<string, string>} */
    const texts = {};
    for (const [name, source] of Object.entries(job.templates)) {
      const text = templateOf(source).render({ ...job.shared, customer });
      if (text.length > MAX_OUTPUT)
        return { error: `The rendered text is longer than ${MAX_OUTPUT} characters.` };
      texts[name] = text;
    }
    return { texts };
  } catch (error) {
    return { error: error instanceof Error ? error.message.slice(0, 300) : 'The template failed.' };
  }
}

process.on('message', (/** @type {RenderJob} */ job) => {
  process.send?.({ id: job.id, results: job.customers.map((customer) => render(job, customer)) });
});
process.on('disconnect', () => process.exit());
process.send?.('ready');
