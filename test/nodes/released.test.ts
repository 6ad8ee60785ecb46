import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {
  behaviourOf,
  changedVersions,
  versionsIn,
  type ReleasedVersions,
} from '../support/released-versions.ts';

const NODES = path.join(import.meta.dirname, '..', '..', 'nodes');
let copy: string;
let released: ReleasedVersions;

/** A copy of the nodes in which every version counts as released. */
beforeEach(() => {
  copy = mkdtempSync(path.join(os.tmpdir(), 'tidings-nodes-'));
  cpSync(NODES, copy, { recursive: true });
  released = Object.fromEntries(versionsIn(copy).map((version) => [version, behaviourOf(copy, version)]));
});
afterEach(() => rmSync(copy, { recursive: true, force: true }));

function edit(file: string): void {
  const name = path.join(copy, file);
  writeFileSync(name, `${readFileSync(name, 'utf8')}\n// changed\n`);
}

const sentence = (version: string, file: string): string =>
  `nodes/${version} is released and immutable, but ${file} changed. Add a new version beside it.`;

describe('nodes/released.json', () => {
  it('lists versions whose behaviour is as it was released', () => {
    const list = JSON.parse(readFileSync(path.join(NODES, 'released.json'), 'utf8')) as ReleasedVersions;
    expect(changedVersions(NODES, list)).toEqual([]);
  });
});

describe('a released version', () => {
  it('may be left as it is', () => {
    expect(Object.keys(released)).toEqual([
      'condition/v1',
      'exit/v1',
      'mms/v1',
      'now/v1',
      'sms/v1',
      'wait/v1',
    ]);
    expect(changedVersions(copy, released)).toEqual([]);
  });

  it('is refused with a sentence when its behaviour changes', () => {
    edit('wait/v1/run.ts');
    expect(changedVersions(copy, released)).toEqual([sentence('wait/v1', 'wait/v1/run.ts')]);
  });

  it('is refused when what its behaviour imports changes', () => {
    edit('shared/message-run.ts');
    expect(changedVersions(copy, released)).toEqual([
      sentence('mms/v1', 'shared/message-run.ts'),
      sentence('sms/v1', 'shared/message-run.ts'),
    ]);
  });

  it('is refused when it is gone', () => {
    rmSync(path.join(copy, 'exit'), { recursive: true });
    expect(changedVersions(copy, released)).toEqual([
      'nodes/exit/v1 is released and gone. Workflows that are open still need it: bring it back.',
    ]);
  });

  it('may get better words for authors, and a new version beside it', () => {
    edit('wait/v1/config.ts');
    cpSync(path.join(copy, 'wait/v1'), path.join(copy, 'wait/v2'), { recursive: true });
    edit('wait/v2/run.ts');
    expect(changedVersions(copy, released)).toEqual([]);
    expect(versionsIn(copy)).toContain('wait/v2');
  });
});

describe('a version that is not released', () => {
  it('may change', () => {
    const others = Object.entries(released).filter(([version]) => version !== 'wait/v1');
    edit('wait/v1/run.ts');
    expect(changedVersions(copy, Object.fromEntries(others))).toEqual([]);
  });
});
