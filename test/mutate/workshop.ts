import { cp, mkdtemp, rm, symlink } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { runProgram } from './run-program.ts';

const ROOT = path.join(import.meta.dirname, '..', '..');
/** What is not in the repository and is needed all the same. */
const MADE = ['database/generated'];

/** A copy of the tree as it is now, in which patches are tried; the tree itself is never touched. */
export class Workshop {
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async open(): Promise<Workshop> {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'tidings-mutate-'));
    const listed = await runProgram(ROOT, 'git', [
      'ls-files',
      '-z',
      '--cached',
      '--others',
      '--exclude-standard',
    ]);
    if (listed.code !== 0) throw new Error(`The files of the repository can't be listed: ${listed.output}`);
    for (const file of [...listed.output.split('\0').filter((name) => name !== ''), ...MADE]) {
      await cp(path.join(ROOT, file), path.join(folder, file), { recursive: true, force: true }).catch(
        absent,
      );
    }
    await symlink(path.join(ROOT, 'node_modules'), path.join(folder, 'node_modules'));
    return new Workshop(folder);
  }

  /** @returns why the patch does not apply, or undefined when it does */
  async apply(patch: string): Promise<string | undefined> {
    return this.git(['apply', patch]);
  }

  async takeBack(patch: string): Promise<void> {
    const failure = await this.git(['apply', '--reverse', patch]);
    if (failure !== undefined) throw new Error(`${path.basename(patch)} can't be taken back: ${failure}`);
  }

  async close(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }

  private async git(args: readonly string[]): Promise<string | undefined> {
    const { code, output } = await runProgram(this.folder, 'git', args);
    return code === 0 ? undefined : output.trim();
  }
}

/** A file that was deleted and not committed yet is no part of the tree. */
function absent(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error;
}
