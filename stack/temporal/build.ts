import { spawn } from 'node:child_process';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { inheritedEnvironment } from '../../config/inherited.ts';
import { say, sayWhile } from '../say.ts';
import { TEMPORAL_VERSION } from './version.ts';

const MODULE = path.join(import.meta.dirname, 'build');
const VERSION_FLAG = `-X github.com/temporalio/cli/internal/temporalcli.Version=${TEMPORAL_VERSION}`;

/** Builds the CLI from its sources; Go's own checksums say that they are the published ones. */
export async function buildTemporal(target: string): Promise<void> {
  say(`Building the Temporal server ${TEMPORAL_VERSION} with Go (about five minutes on two cores, once) …`);
  const folder = await mkdtemp(path.join(os.tmpdir(), 'tidings-temporal-'));
  try {
    await cp(MODULE, folder, { recursive: true });
    await sayWhile('building the Temporal server', () => goBuild(folder, target));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function goBuild(folder: string, target: string): Promise<void> {
  const args = ['build', '-mod=mod', '-trimpath', '-ldflags', `-s -w ${VERSION_FLAG}`, '-o', target];
  const child = spawn('go', [...args, 'github.com/temporalio/cli/cmd/temporal'], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...inheritedEnvironment(), GOWORK: 'off', CGO_ENABLED: '0' },
  });
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => {
    errors = (errors + chunk.toString()).slice(-2_000);
  });
  return new Promise((resolve, reject) => {
    child.on('error', () => reject(new Error('Go is not installed')));
    child.on('exit', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`go build failed: ${errors.trim().split('\n').at(-1) ?? ''}`));
    });
  });
}
