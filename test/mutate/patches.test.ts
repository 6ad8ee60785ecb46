import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { readMutants, type Mutant } from './mutant.ts';

const ROOT = path.join(import.meta.dirname, '..', '..');

let mutants: readonly Mutant[];

beforeAll(async () => {
  mutants = await readMutants();
});

/** What git says against a patch; empty when it applies to the tree as it is. */
function refusalOf({ file }: Mutant): string {
  const { status, stderr, error } = spawnSync('git', ['apply', '--check', file], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  if (error) throw error;
  return status === 0 ? '' : stderr;
}

describe('the mutants of `npm run mutate`', () => {
  it('all apply to the tree: a change that moves what a patch breaks makes the patch anew', () => {
    expect(mutants.length).toBeGreaterThan(50);
    const refused = mutants.map((mutant) => [mutant.name, refusalOf(mutant)]);
    expect(refused.filter(([, why]) => why !== '')).toEqual([]);
  });

  it('all name a check that is there', async () => {
    const tests = (await readdir(path.join(ROOT, 'test'), { recursive: true }))
      .map((name) => path.posix.join('test', name))
      .filter((name) => name.endsWith('.test.ts'));
    const isThere = ({ check: { kind, target } }: Mutant): boolean =>
      kind === 'test' ? tests.some((name) => name.includes(target)) : existsSync(path.join(ROOT, target));
    expect(mutants.filter((mutant) => !isThere(mutant)).map(({ name }) => name)).toEqual([]);
  });
});
