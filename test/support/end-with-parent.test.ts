import path from 'node:path';
import { isAlive } from '../../stack/leftovers.ts';
import { eventually } from './eventually.ts';
import { ServiceProcess } from './service-process.ts';

/** A process with a child that would never end by itself, and that the guard's file is given to. */
const PARENT = `
  import { spawn } from 'node:child_process';
  import { endWithParent } from ${JSON.stringify(path.join(import.meta.dirname, 'end-with-parent.ts'))};
  const child = spawn(process.execPath, ['--eval', 'setInterval(() => {}, 1000)'], { stdio: 'ignore', detached: true });
  endWithParent(child);
  console.log('child ' + child.pid + '.');
  setInterval(() => {}, 1000);
`;

let parent: ServiceProcess;
let child = 0;

beforeEach(async () => {
  parent = new ServiceProcess(['--input-type=module', '--eval', PARENT], {});
  await parent.says('.\n');
  child = Number(/child (\d+)/.exec(parent.output)?.[1]);
});
afterEach(() => {
  parent.kill();
  if (isAlive(child)) process.kill(child, 'SIGKILL');
});

describe('a child of a test', () => {
  it.each(['SIGKILL', 'SIGTERM'] as const)('ends when its parent is ended by %s', async (signal) => {
    expect(isAlive(child)).toBe(true);
    parent.child.kill(signal);
    await eventually(() => (isAlive(child) ? undefined : true), 10_000);
  });
});
