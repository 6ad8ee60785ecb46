import { existsSync } from 'node:fs';
import path from 'node:path';

/** Adds what a file `.env` in the repository says to the environment; what is set already stays. */
export function loadEnvFile(): void {
  const file = path.join(import.meta.dirname, '..', '.env');
  if (existsSync(file)) process.loadEnvFile(file);
}
