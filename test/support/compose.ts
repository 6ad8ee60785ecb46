import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parse } from 'yaml';

export const ROOT = path.join(import.meta.dirname, '..', '..');

type Scalar = string | number | boolean | null;

export interface Dependency {
  readonly condition: string;
}

/** A service as the Compose specification has it: the part that is used here. */
export interface ComposeService {
  readonly image: string;
  readonly build?: string;
  readonly command?: readonly string[];
  readonly entrypoint?: readonly string[];
  readonly environment?: Readonly<Record<string, Scalar>>;
  readonly depends_on?: Readonly<Record<string, Dependency>>;
  readonly healthcheck?: { readonly test?: readonly string[]; readonly disable?: boolean };
  readonly volumes?: readonly string[];
  readonly configs?: readonly { readonly source: string; readonly target: string }[];
  readonly ports?: readonly string[];
  readonly profiles?: readonly string[];
  readonly restart?: string;
  readonly container_name?: string;
}

export interface ComposeFile {
  readonly name: string;
  readonly services: Readonly<Record<string, ComposeService>>;
  readonly volumes: Readonly<Record<string, unknown>>;
  readonly configs: Readonly<Record<string, unknown>>;
}

export const read = (file: string): Promise<string> => readFile(path.join(ROOT, file), 'utf8');

export async function readCompose(): Promise<ComposeFile> {
  return parse(await read('docker-compose.yml'), { merge: true }) as ComposeFile;
}

const VARIABLE = /\$\{(\w+)(?::([-?])([^}]*))?\}/g;

export interface ComposeVariable {
  readonly name: string;
  /** `-` has a default, `?` is refused without a value. */
  readonly kind: string | undefined;
  /** The default, or what is said when there is no value. */
  readonly text: string;
}

export function variablesOf(text: string): readonly ComposeVariable[] {
  return [...text.matchAll(VARIABLE)].map(([, name = '', kind, rest = '']) => ({ name, kind, text: rest }));
}

/** What Compose makes of a text. @throws Error as Compose refuses it without a value that is required */
export function interpolate(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(VARIABLE, (_all, name: string, kind: string | undefined, rest = '') => {
    const value = values[name] ?? '';
    if (value !== '') return value;
    if (kind === '?') throw new Error(`${name}: ${String(rest)}`);
    return kind === '-' ? String(rest) : '';
  });
}

/** The environment that a service's container gets. */
export function environmentOf(
  { environment = {} }: ComposeService,
  values: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(environment).map(([name, value]) => [name, interpolate(String(value), values)]),
  );
}
