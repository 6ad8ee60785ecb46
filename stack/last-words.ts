import { readFile } from 'node:fs/promises';

const MAX_LINES = 10;

/** The last lines of a log, to stand behind a sentence; nothing where there are none. */
export async function lastWords(logFile: string): Promise<string> {
  const log = await readFile(logFile, 'utf8').catch(() => '');
  const lines = log.split('\n').filter((line) => line.trim() !== '');
  if (lines.length === 0) return '';
  return ` It ends with:\n${lines.slice(-MAX_LINES).join('\n')}`;
}
