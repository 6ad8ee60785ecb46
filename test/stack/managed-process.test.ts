import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { ManagedProcess } from '../../stack/managed-process.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'tidings-process-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function start(script: string, logFile: string): Promise<void> {
  return new ManagedProcess({
    name: 'simulator',
    command: [process.execPath, '-e', script],
    environment: {},
    logFile,
    cwd: folder,
    stopSignal: 'SIGTERM',
    onStart: () => undefined,
  }).start();
}

describe('a process that ends before it can be used', () => {
  it('is reported with the end of its log, which says why', async () => {
    const logFile = path.join(folder, 'simulator.log');
    await writeFile(logFile, 'of an earlier start\n'.repeat(20));
    await expect(start(`console.error('Port 4010 is taken.'); process.exit(1)`, logFile)).rejects.toThrow(
      /^simulator did not start\. Its log is .*simulator\.log\. It ends with:\n(of an earlier start\n){9}Port 4010 is taken\.$/,
    );
  });

  it('is reported without one where it has said nothing', async () => {
    const logFile = path.join(folder, 'simulator.log');
    await expect(start('process.exit(1)', logFile)).rejects.toThrow(/simulator\.log\.$/);
  });
});
