// Renders templates for the pool, one batch a message: its own process, an empty environment, a small heap, no right
// to read anything but nunjucks. Its parent kills it when a batch takes too long.
import nunjucks from 'nunjucks';
import { environment } from './render-environment.mjs';

const MAX_OUTPUT = 8_192;
const CACHE_SIZE = 200;

/** @typedef {import('./protocol.ts').RenderJob} RenderJob */
/** @typedef {import('./protocol.ts').RenderResult} RenderResult */

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

/** @param {RenderJob} job @param {object} customer @param {number} index @returns {RenderResult} */
function render(job, customer, index) {
  try {
    /** @type {Record<string, string>} */
    const texts = {};
    const message = job.messages?.[index];
    for (const [name, source] of Object.entries(job.templates)) {
      const text = templateOf(source).render({ ...job.shared, customer, message });
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
  process.send?.({
    id: job.id,
    results: job.customers.map((customer, index) => render(job, customer, index)),
  });
});
process.on('disconnect', () => process.exit());
process.send?.('ready');
