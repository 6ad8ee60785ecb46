// Loaded before everything else into the engine's processes while they are measured: counts how long each step takes,
// as `config/measured.ts` tells it, and writes the counts to a file of this process.
import { subscribe } from 'node:diagnostics_channel';
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** Each bucket is so many times as wide as the one before; the first begins at a microsecond. */
const GROWTH = 1.05;
const WRITE_EVERY_MS = 500;

const home = process.env['TIDINGS_HOME'];
const program = process.argv[1] ?? '';
// NODE_OPTIONS reaches children as well, which have nothing to tell.
if (home !== undefined && /[/\\](worker|api)[/\\][a-z]+\.ts$/.test(program)) count(path.join(home, 'meter'));

/** @param {string} folder */
function count(folder) {
  /** @type {Record<string, Record<number, number>>} */
  const counts = {};
  let changed = false;
  subscribe('tidings.step', (message) => {
    const { step, ms } = /** @type {import('../../config/measured.ts').StepTime} */ (message);
    const bucket = Math.max(0, Math.round(Math.log(ms * 1_000) / Math.log(GROWTH)));
    const own = (counts[step] ??= {});
    own[bucket] = (own[bucket] ?? 0) + 1;
    changed = true;
  });
  mkdirSync(folder, { recursive: true });
  const file = path.join(folder, `${process.pid}.json`);
  setInterval(() => {
    if (!changed) return;
    changed = false;
    writeFileSync(`${file}.new`, JSON.stringify(counts));
    renameSync(`${file}.new`, file);
  }, WRITE_EVERY_MS).unref();
}
