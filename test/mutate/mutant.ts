import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';

/** A way to look whether a rule holds: the simulation, some test files, or the linter on some files. */
export interface Check {
  readonly kind: 'simulation' | 'test' | 'lint';
  /** What a test's path contains, or what is linted. */
  readonly target: string;
}

/** A patch that breaks one rule, with the check that must notice. */
export interface Mutant {
  readonly name: string;
  readonly file: string;
  /** The rule of the design that it breaks, in a sentence. */
  readonly rule: string;
  readonly check: Check;
}

const PATCHES = path.join(import.meta.dirname, 'patches');

/** Every patch of the folder by name. @throws Error for one that says no rule or no check */
export async function readMutants(): Promise<readonly Mutant[]> {
  const names = (await readdir(PATCHES)).filter((name) => name.endsWith('.patch')).sort();
  return Promise.all(names.map((name) => readMutant(path.join(PATCHES, name))));
}

async function readMutant(file: string): Promise<Mutant> {
  const text = await readFile(file, 'utf8');
  const field = (name: string): string | undefined => new RegExp(`^${name}: (.+)$`, 'm').exec(text)?.[1];
  const name = path.basename(file, '.patch');
  const rule = field('Rule');
  const check = checkOf(field('Check') ?? '');
  if (rule === undefined || !check)
    throw new Error(`${name}.patch must begin with lines "Rule: …" and "Check: …".`);
  return { name, file, rule, check };
}

function checkOf(text: string): Check | undefined {
  const [kind, target = ''] = text.split(' ');
  if (kind === 'simulation') return { kind, target: '' };
  return (kind === 'test' || kind === 'lint') && target !== '' ? { kind, target } : undefined;
}

export function nameOfCheck({ kind, target }: Check): string {
  return target === '' ? kind : `${kind} ${target}`;
}
