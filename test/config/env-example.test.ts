import { readFile } from 'node:fs/promises';
import { parseEnv } from 'node:util';
import { parseEnvironment, VARIABLES } from '../../config/environment.ts';

async function read(): Promise<string> {
  return readFile(new URL('../../.env.example', import.meta.url), 'utf8');
}

describe('.env.example', () => {
  it('names every variable once, and no other', async () => {
    const names = [...(await read()).matchAll(/^([A-Z][A-Z0-9_]*)=/gm)].map((match) => match[1] ?? '');
    expect([...names].sort()).toEqual(Object.keys(VARIABLES).sort());
  });

  it('may be copied as it is: it sets nothing', async () => {
    const variables = parseEnv(await read()) as Readonly<Record<string, string>>;
    expect(Object.keys(variables).sort()).toEqual(Object.keys(VARIABLES).sort());
    expect(parseEnvironment(variables)).toEqual({});
  });
});
