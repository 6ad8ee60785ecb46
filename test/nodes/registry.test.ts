import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { nodeTypeKey } from '../../domain/node-kind.ts';
import { NODE_BEHAVIOURS } from '../../nodes/runs.ts';
import { NODE_CATALOGUE, NODE_DEFINITIONS, newestVersion, nodeDefinition } from '../../nodes/types.ts';

const NODES = path.join(import.meta.dirname, '..', '..', 'nodes');

/** Folders `nodes/<type>/v<version>`. */
function folders(): readonly { key: string; files: readonly string[] }[] {
  const types = readdirSync(NODES, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== 'shared')
    .map((entry) => entry.name);
  return types.flatMap((type) =>
    readdirSync(path.join(NODES, type)).map((version) => ({
      key: nodeTypeKey(type, Number(version.replace(/^v/, ''))),
      files: readdirSync(path.join(NODES, type, version)),
    })),
  );
}

const definedKeys = NODE_DEFINITIONS.map(({ type, version }) => nodeTypeKey(type, version));

describe('the registry of node types', () => {
  it('has a definition and a behaviour for every folder, and a folder for each of them', () => {
    const inFolders = folders().map(({ key }) => key);
    expect([...definedKeys].sort()).toEqual([...inFolders].sort());
    expect([...NODE_BEHAVIOURS.keys()].sort()).toEqual([...inFolders].sort());
  });

  it('finds what authors see and what the workflow runs in files of these names', () => {
    for (const { key, files } of folders()) {
      expect([key, files]).toEqual([key, expect.arrayContaining(['config.ts', 'run.ts'])]);
    }
    expect(existsSync(path.join(NODES, 'shared'))).toBe(true);
  });

  it('names no type and version twice', () => {
    expect(new Set(definedKeys).size).toBe(definedKeys.length);
  });

  it.each(NODE_DEFINITIONS.map((definition) => [definition.type, definition] as const))(
    'tells authors what "%s" is and which ways lead out of it',
    (type, definition) => {
      expect(definition.description).toMatch(/^[A-Z].*\.$/);
      expect(new Set(definition.outlets).size).toBe(definition.outlets.length);
      expect(nodeDefinition(type, definition.version)).toBe(definition);
      expect(NODE_CATALOGUE.describe(type, definition.version)).toMatchObject({
        type,
        kind: definition.kind,
      });
    },
  );

  it('lets time pass in loops only at nodes that wait', () => {
    expect(NODE_DEFINITIONS.filter((definition) => definition.waits).map(({ type }) => type)).toEqual([
      'wait',
    ]);
  });

  it('knows the newest version of a type', () => {
    expect(newestVersion('wait')).toBe(1);
    expect(newestVersion('carrier-pigeon')).toBe(1);
    expect(nodeDefinition('wait', 2)).toBeUndefined();
  });
});
