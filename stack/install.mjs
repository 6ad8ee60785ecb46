// Installs dependencies and generates the database client, each only when it is missing or out of date.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** @param {string} root */
export async function installMissing(root) {
  await once(root, 'package-lock.json', 'node_modules/.tidings-installed', async () => {
    say('Installing dependencies (about a minute, once) …');
    const npm = process.env['npm_execpath'];
    if (npm) await run(root, process.execPath, [npm, 'ci', '--no-audit', '--no-fund']);
    else await run(root, 'npm', ['ci', '--no-audit', '--no-fund']);
  });
  await once(root, 'prisma/schema.prisma', 'database/generated/.made-from', async () => {
    say('Generating the database client …');
    // Prisma's schema engine is not needed to generate; any file that exists keeps it from being downloaded.
    await run(
      root,
      process.execPath,
      [path.join(root, 'node_modules/prisma/build/index.js'), 'generate', '--no-hints'],
      {
        PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
        CHECKPOINT_DISABLE: '1',
      },
    );
  });
}

/**
 * Does the work unless the stamp says that it was done for the source as it is now.
 * @param {string} root
 * @param {string} source
 * @param {string} stamp
 * @param {() => Promise<void>} work
 */
async function once(root, source, stamp, work) {
  const hash = createHash('sha256')
    .update(await readFile(path.join(root, source)))
    .digest('hex');
  const file = path.join(root, stamp);
  if (existsSync(file) && (await readFile(file, 'utf8')) === hash) return;
  await work();
  await writeFile(file, hash);
}

/**
 * Runs a program with its output on standard error, so that standard output stays the command's own.
 * @param {string} cwd
 * @param {string} program
 * @param {readonly string[]} args
 * @param {Readonly<Record<string, string>>} [environment]
 * @returns {Promise<void>}
 */
function run(cwd, program, args, environment = {}) {
  const child = spawn(program, args, {
    cwd,
    stdio: ['ignore', 2, 2],
    env: { ...process.env, ...environment },
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code) => {
      if (code === 0) resolve();
      else
        reject(
          new Error(`"${path.basename(program)} ${args[0] ?? ''}" failed with exit code ${code}. See above.`),
        );
    });
  });
}

/** @param {string} text */
function say(text) {
  process.stderr.write(`${text}\n`);
}
