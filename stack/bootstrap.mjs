// The first thing that every npm script runs: plain JavaScript without dependencies. It installs what is missing, says
// so, and hands over to the command.
import { spawn } from 'node:child_process';
import path from 'node:path';
import { installMissing } from './install.mjs';

const ROOT = path.join(import.meta.dirname, '..');
const MIN_NODE = [20, 19];

/** Commands by the name that package.json gives. */
const COMMANDS = /** @type {Readonly<Record<string, string>>} */ ({
  start: 'stack/commands/start.ts',
  demo: 'stack/commands/demo.ts',
  test: 'stack/commands/test.ts',
  mutate: 'test/mutate/main.ts',
  bench: 'bench/main.ts',
  migrate: 'stack/commands/migrate.ts',
  project: 'stack/commands/project.ts',
  'api-key': 'stack/commands/api-key.ts',
  chaos: 'chaos/main.ts',
});

const [name = '', ...args] = process.argv.slice(2);
const command = COMMANDS[name];
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);

if (!command) {
  fail(`There is no command "${name}". Known: ${Object.keys(COMMANDS).join(', ')}.`);
} else if (major < (MIN_NODE[0] ?? 0) || (major === MIN_NODE[0] && minor < (MIN_NODE[1] ?? 0))) {
  fail(
    `Node ${MIN_NODE.join('.')} or newer is needed; this is ${process.versions.node}. Install a newer one.`,
  );
} else {
  try {
    await installMissing(ROOT);
    await handOver(command);
  } catch (error) {
    fail(error instanceof Error ? error.message : String(error));
  }
}

/** @param {string} file */
function handOver(file) {
  const child = spawn(process.execPath, ['--import', 'tsx', path.join(ROOT, file), ...args], {
    cwd: ROOT,
    stdio: 'inherit',
    env: {
      ...process.env,
      NODE_OPTIONS: `${process.env['NODE_OPTIONS'] ?? ''} --disable-warning=ExperimentalWarning`,
    },
  });
  // Ctrl-C reaches the whole group; the command stops by itself and this process only waits for it.
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) {
    process.on(signal, () => {
      if (signal === 'SIGTERM') child.kill(signal);
    });
  }
  return new Promise((resolve) => {
    child.on('exit', (code, signal) => {
      process.exitCode = code ?? (signal ? 1 : 0);
      resolve(undefined);
    });
  });
}

/** @param {string} message */
function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exitCode = 1;
}
