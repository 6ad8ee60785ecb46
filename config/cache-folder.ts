import os from 'node:os';
import path from 'node:path';

/** The user's folder for what can be had again: servers that were downloaded or built. */
export function cacheFolder(): string {
  const base = process.env['XDG_CACHE_HOME'] ?? path.join(os.homedir(), '.cache');
  return path.join(base, 'tidings');
}
