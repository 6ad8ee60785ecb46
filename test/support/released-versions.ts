import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** What a released version's behaviour is made of: SHA-256 by file, by `type/vN`. */
export type ReleasedVersions = Readonly<Record<string, Readonly<Record<string, string>>>>;

const IMPORT = /^(?:import|export) (?!type\b)[^;]*? from '(\.[^']+)';/gm;

/**
 * The files of a node version's behaviour with their SHA-256: its run.ts and what that imports of values from the folder.
 * @param folder the folder of all node types
 * @param version such as `wait/v1`
 */
export function behaviourOf(folder: string, version: string): Readonly<Record<string, string>> {
  const sums = new Map<string, string>();
  const add = (file: string): void => {
    const name = path.relative(folder, file).split(path.sep).join('/');
    if (name.startsWith('../') || sums.has(name)) return;
    const source = readFileSync(file, 'utf8');
    sums.set(name, createHash('sha256').update(source).digest('hex'));
    for (const [, imported = ''] of source.matchAll(IMPORT)) add(path.resolve(path.dirname(file), imported));
  };
  add(path.join(folder, version, 'run.ts'));
  return Object.fromEntries([...sums].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Every `type/vN` below the folder. */
export function versionsIn(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((file) => path.dirname(file).split(path.sep).join('/'))
    .filter((version) => /^[\w-]+\/v\d+$/.test(version) && existsSync(path.join(folder, version, 'run.ts')))
    .filter((version, index, all) => all.indexOf(version) === index)
    .sort();
}

/** What is wrong with the released versions, in sentences. */
export function changedVersions(folder: string, released: ReleasedVersions): readonly string[] {
  return Object.entries(released).flatMap(([version, sums]) => {
    if (!existsSync(path.join(folder, version, 'run.ts')))
      return [`nodes/${version} is released and gone. Workflows that are open still need it: bring it back.`];
    const now = behaviourOf(folder, version);
    const changed = [...new Set([...Object.keys(sums), ...Object.keys(now)])].filter(
      (file) => sums[file] !== now[file],
    );
    if (changed.length === 0) return [];
    return [
      `nodes/${version} is released and immutable, but ${changed.sort().join(', ')} changed. ` +
        'Add a new version beside it.',
    ];
  });
}
