import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { crashPoints } from '../../config/crash-points.ts';
import { serviceConfig } from '../../config/service.ts';
import { SERVICE_VARIABLES, ServiceProcess } from '../support/service-process.ts';
import { eventually } from '../support/eventually.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'tidings-crash-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** A process that comes to `after_claim` again and again. */
function rehearsed(): ServiceProcess {
  const script = `
    import { crashPoints } from './config/crash-points.ts';
    const reach = crashPoints(${JSON.stringify(folder)});
    setInterval(() => { reach('before_claim'); reach('after_claim'); console.log('alive'); }, 10);`;
  return new ServiceProcess(['--input-type=module', '--eval', script], {});
}

describe('a crash point', () => {
  it('ends the first process that comes to it, and no other', async () => {
    const [one, two] = [rehearsed(), rehearsed()];
    try {
      await Promise.all([one.says('alive'), two.says('alive')]);
      await writeFile(path.join(folder, 'after_claim.kill'), '');
      const hasEnded = (): readonly boolean[] =>
        [one, two].map(({ child }) => child.signalCode === 'SIGKILL');
      await eventually(() => (hasEnded().includes(true) ? true : undefined));
      expect(await readdir(folder)).toEqual([]);
      expect(hasEnded().filter(Boolean)).toHaveLength(1);
    } finally {
      one.kill();
      two.kill();
    }
  });

  it('freezes a process and tells which, until it is sent SIGCONT', async () => {
    const process_ = rehearsed();
    try {
      await process_.says('alive');
      await writeFile(path.join(folder, 'before_claim.stop'), '');
      const stopped = path.join(folder, `before_claim.stopped.${String(process_.child.pid)}`);
      await eventually(() => (existsSync(stopped) ? true : undefined));
      const before = process_.output.length;
      process_.child.kill('SIGCONT');
      await eventually(() => (process_.output.length > before ? true : undefined));
    } finally {
      process_.kill();
    }
  });

  it('that nobody asks for does nothing, nor does any without a folder', () => {
    crashPoints(folder)('after_record');
    crashPoints(undefined)('after_record');
  });

  it('is refused in production', () => {
    const variables = {
      ...SERVICE_VARIABLES,
      DATABASE_URL: 'postgresql://127.0.0.1/none',
      CRASH_POINTS: folder,
    };
    expect(serviceConfig(variables).crashPoints).toBe(folder);
    expect(() => serviceConfig({ ...variables, TIMINGS: 'production' })).toThrow('CRASH_POINTS');
  });
});
