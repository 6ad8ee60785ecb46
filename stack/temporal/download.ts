import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { say } from '../say.ts';
import { ARCHIVE_SUMS, TEMPORAL_VERSION } from './version.ts';

const run = promisify(execFile);
const RELEASES = 'https://github.com/temporalio/cli/releases/download';
const CONNECT_MS = 15_000;
const PERCENT_STEP = 20;

/** Downloads the official archive and checks its sum before anything of it is used. */
export async function downloadTemporal(target: string): Promise<void> {
  const platform = `${os.platform()}_${os.arch() === 'x64' ? 'amd64' : os.arch()}`;
  const sum = ARCHIVE_SUMS[platform];
  if (!sum) throw new Error(`there is no archive for ${platform}`);
  say(`Downloading the Temporal server ${TEMPORAL_VERSION} (about 50 MB, once) …`);
  const name = `temporal_cli_${TEMPORAL_VERSION}_${platform}.tar.gz`;
  const archive = await fetchWithProgress(`${RELEASES}/v${TEMPORAL_VERSION}/${name}`);
  if (createHash('sha256').update(archive).digest('hex') !== sum) {
    throw new Error('the downloaded archive is not the official one (its SHA-256 is wrong)');
  }
  const folder = await mkdtemp(path.join(path.dirname(target), 'download-'));
  try {
    await writeFile(path.join(folder, name), archive);
    await run('tar', ['-xzf', name, 'temporal'], { cwd: folder });
    await rename(path.join(folder, 'temporal'), target);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function fetchWithProgress(url: string): Promise<Buffer> {
  const giveUp = new AbortController();
  const timer = setTimeout(() => giveUp.abort(), CONNECT_MS);
  const response = await fetch(url, { signal: giveUp.signal }).finally(() => clearTimeout(timer));
  if (!response.ok || !response.body)
    throw new Error(`the download was answered with HTTP ${response.status}`);
  const total = Number(response.headers.get('content-length') ?? 0);
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  let said = 0;
  for await (const chunk of response.body) {
    chunks.push(chunk as Uint8Array);
    bytes += (chunk as Uint8Array).length;
    const percent = total > 0 ? Math.floor((bytes / total) * 100) : 0;
    if (percent >= said + PERCENT_STEP) {
      said = percent;
      say(`  … ${percent} %`);
    }
  }
  return Buffer.concat(chunks);
}
