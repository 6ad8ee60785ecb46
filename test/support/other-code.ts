import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { TestStack } from './test-stack.ts';

/**
 * Workflow code with something else in it, which does not follow the histories of the real one.
 * @returns its file, in the folder of the stack
 * @throws Error when the text is not in the bundle
 */
export async function otherCode({ bundle, folder }: TestStack, text: string, other: string): Promise<string> {
  const code = await readFile(bundle, 'utf8');
  if (!code.includes(text)) throw new Error(`The bundle has no ${text}.`);
  const file = path.join(folder, 'other.cjs');
  await writeFile(file, code.replaceAll(text, other));
  return file;
}
