import { mkdir, readFile, symlink } from 'node:fs/promises';
import path from 'node:path';
import { isAlive } from '../../stack/leftovers.ts';
import { readState } from '../../stack/state-file.ts';
import { CommandProcess, ownPorts, StackProcess, temporaryHome } from '../support/stack-process.ts';

/** No download. */
const OFFLINE = 'globalThis.fetch = () => Promise.reject(new Error("offline"))';

let home: string;

beforeAll(async () => {
  home = await temporaryHome();
});
afterAll(() => new StackProcess(home).remove());

/** A folder for PATH with what PostgreSQL's start needs, and neither Temporal nor Go. */
async function barePath(): Promise<string> {
  const folder = path.join(home, 'bin');
  await mkdir(folder);
  for (const program of ['id', 'ps']) {
    const found = await Promise.any(
      ['/usr/bin', '/bin'].map(async (place) => {
        const file = path.join(place, program);
        await readFile(file);
        return file;
      }),
    );
    await symlink(found, path.join(folder, program));
  }
  return folder;
}

describe('a start that can not get Temporal while PostgreSQL is still being made', () => {
  it('ends with the reason and leaves no server behind', async () => {
    const start = new CommandProcess('start', [], {
      ...(await ownPorts()),
      TIDINGS_HOME: home,
      PATH: await barePath(),
      XDG_CACHE_HOME: path.join(home, 'cache'),
      NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(OFFLINE)}`,
    });
    const { code, stderr } = await start.end(60_000);
    expect([code, stderr]).toEqual([1, expect.stringContaining('The Temporal server')]);
    const pids = Object.values((await readState(home))?.processes ?? {});
    expect(pids.filter(isAlive)).toEqual([]);
  }, 90_000);
});
