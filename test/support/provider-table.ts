import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { PROVIDER_NAMES, type ProviderName } from '../../domain/provider-names.ts';
import { PROVIDER_KINDS } from '../../providers/catalogue.ts';

/** What a provider was seen to do, and the test that has shown it. */
export interface Shown {
  readonly capability: string;
  readonly says: string;
  readonly test: string;
}

export const PROVIDER_TABLE = path.join(import.meta.dirname, '..', '..', 'docs', 'providers.md');
const HEAD = '| | ';

type Columns = ReadonlyMap<ProviderName, ReadonlyMap<string, string>>;

/** The cells of a provider in docs/providers.md, by capability. */
export async function readColumn(provider: ProviderName): Promise<Readonly<Record<string, string>>> {
  const { columns } = await readTable();
  return Object.fromEntries(columns.get(provider) ?? []);
}

/** Writes a provider's cells and leaves those of the others. */
export async function writeColumn(provider: ProviderName, shown: readonly Shown[]): Promise<void> {
  const { before, columns } = await readTable();
  const changed = new Map(columns).set(provider, new Map(Object.entries(cellsOf(shown))));
  const rows = [...new Set([...changed.values()].flatMap((cells) => [...cells.keys()]))];
  const lines = [
    HEAD + PROVIDER_NAMES.map((name) => PROVIDER_KINDS[name].label).join(' | ') + ' |',
    '|---|'.padEnd(5 + 4 * PROVIDER_NAMES.length, '---|'),
    ...rows.map((row) =>
      ['', row, ...PROVIDER_NAMES.map((name) => changed.get(name)?.get(row) ?? '—'), ''].join(' | ').trim(),
    ),
  ];
  await writeFile(PROVIDER_TABLE, `${before}${lines.join('\n')}\n`);
}

export function cellsOf(shown: readonly Shown[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    shown.map(({ capability, says, test }) => [capability, `${says}<br><sub>${test}</sub>`]),
  );
}

async function readTable(): Promise<{ readonly before: string; readonly columns: Columns }> {
  const document = await readFile(PROVIDER_TABLE, 'utf8');
  const at = document.indexOf(HEAD);
  const before = at < 0 ? document : document.slice(0, at);
  const lines = at < 0 ? [] : document.slice(at).trim().split('\n').slice(2);
  const cells = lines.map((line) => line.slice(2, -2).split(' | '));
  const columns = PROVIDER_NAMES.map((name, index): [ProviderName, Map<string, string>] => [
    name,
    new Map(
      cells.flatMap(([row = '', ...values]) => {
        const value = values[index] ?? '—';
        return value === '—' ? [] : [[row, value] as const];
      }),
    ),
  ]);
  return { before, columns: new Map(columns) };
}
