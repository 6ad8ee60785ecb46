import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { ERRORS } from '../../api/errors.ts';
import { VARIABLES } from '../../config/environment.ts';
import { ID_PROBE_REASONS } from '../../domain/id-probe.ts';
import { EXIT_REASONS, SUPPRESSION_REASONS } from '../../domain/reasons.ts';
import { NODE_CATALOGUE } from '../../nodes/types.ts';
import { MAGIC_NUMBERS } from '../../simulators/handsets.ts';

const ROOT = path.join(import.meta.dirname, '..', '..');
const ROOMS = [
  'domain',
  'api',
  'activities',
  'database',
  'providers',
  'templates',
  'walk',
  'worker',
  'config',
  'stack',
];

async function read(file: string): Promise<string> {
  return readFile(path.join(ROOT, file), 'utf8');
}

/** Codes that the sources give to errors, problems and rejections. */
async function codesOfSources(): Promise<ReadonlySet<string>> {
  const patterns = [
    /(?:Permanent|Transient|Customer|Call)(?:Error|Problem)\(\s*'([a-z_]+)'/g,
    /\bcode(?: =|:) '([a-z_]+)'/g,
    /reason: '(bad_csv|line_too_large)'/g,
    /problem\(\s*'([a-z_]+)'/g,
    /unknown\(\s*[^,]+,\s*'([a-z_]+)'/g,
    /\bfail\(\s*'([a-z_]+)'/g,
    /\bstatusCode: '([a-z_]+)'/g,
    /\bcode = [^;]*'([a-z]+(?:_[a-z]+)+)'/g,
    /export const [A-Z_]+ = '([a-z]+(?:_[a-z]+)+)'/g,
    /`([a-z]+(?:_[a-z]+)+): \$\{/g,
  ];
  const codes = new Set<string>();
  for (const room of ROOMS) {
    const files = await readdir(path.join(ROOT, room), { recursive: true });
    for (const file of files.filter((name) => name.endsWith('.ts') && !name.startsWith('generated'))) {
      const text = await read(path.join(room, file));
      for (const pattern of patterns) for (const [, code] of text.matchAll(pattern)) codes.add(code ?? '');
    }
  }
  for (const word of ['custom', 'code']) codes.delete(word);
  return codes;
}

describe('docs/errors.md', () => {
  it('explains every code', async () => {
    const document = await read('docs/errors.md');
    const codes = [
      ...(await codesOfSources()),
      ...Object.keys(ERRORS),
      ...Object.keys(SUPPRESSION_REASONS),
      ...Object.keys(EXIT_REASONS),
      ...Object.keys(ID_PROBE_REASONS),
    ];
    expect(codes.length).toBeGreaterThan(60);
    expect(codes.filter((code) => !document.includes(`\`${code}\``))).toEqual([]);
  });
});

describe('.env.example', () => {
  it('names exactly the variables that are read', async () => {
    const names = [...(await read('.env.example')).matchAll(/^([A-Z_]+)=/gm)].map(([, name]) => name);
    expect(names.sort()).toEqual(Object.keys(VARIABLES).sort());
  });
});

describe('docs/simulators.md', () => {
  it('lists every magic number with its meaning', async () => {
    const document = await read('docs/simulators.md');
    const listed = [...document.matchAll(/^\| `NPA-555-01(\d\d)` \| (.+?) \|$/gm)];
    const expected = Object.entries(MAGIC_NUMBERS).map(([digits, { meaning }]) => [digits, meaning]);
    expect(listed.map(([, digits, meaning]) => [digits, meaning])).toEqual(expected);
  });
});

describe('README.md', () => {
  it('names only commands and files that are there', async () => {
    const readme = await read('README.md');
    const { scripts } = JSON.parse(await read('package.json')) as { scripts: Record<string, string> };
    const commands = [...readme.matchAll(/npm run ([\w-]+)/g)].map(([, name]) => name ?? '');
    expect(commands.filter((name) => !(name in scripts))).toEqual([]);
    for (const [, file = ''] of readme.matchAll(/\]\((?!https?:)([^)#]+)\)/g)) {
      await expect(read(file)).resolves.not.toBe('');
    }
  });

  it('describes every node type', async () => {
    const readme = await read('README.md');
    for (const type of NODE_CATALOGUE.types) expect(readme).toContain(`\`${type}\``);
  });
});
