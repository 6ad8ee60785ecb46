import { readMediaByHash } from '../../database/media/read-media.ts';
import type { StoredMedia } from '../../database/media/stored-media.ts';
import type { Queryable } from '../../database/pool.ts';
import { hashOfPath, mediaPath, ownPathOf } from '../../domain/media-path.ts';
import type { ScenarioNode } from '../../domain/scenario.ts';
import { nodeDefinition } from '../../nodes/types.ts';
import type { NodeReferences } from '../../nodes/define.ts';

/** Files of a project by the addresses under which scenarios name them. */
export interface NamedMedia {
  readonly publicUrl: string;
  readonly byHash: ReadonlyMap<string, StoredMedia>;
}

export interface NamedMediaInput {
  readonly projectId: string;
  readonly nodes: readonly ScenarioNode[];
  readonly publicUrl: string;
  /** Whether none of them may be removed until the commit. */
  readonly lock?: boolean;
}

/** Reads those of a project's files that nodes name. */
export async function readNamedMedia(
  database: Queryable,
  { projectId, nodes, publicUrl, lock = false }: NamedMediaInput,
): Promise<NamedMedia> {
  const hashes = nodes
    .flatMap((node) => referencesOf(node)?.media ?? [])
    .flatMap(({ url }) => hashOf(url, publicUrl) ?? []);
  const files = await readMediaByHash(database, projectId, [...new Set(hashes)], lock ? 'FOR KEY SHARE' : '');
  return { publicUrl, byHash: new Map(files.map((file) => [file.hash, file])) };
}

/**
 * The file of the project at an address.
 * @returns `unknown` when it has none there; undefined when somebody else serves it, or it is no stored file
 */
export function fileAt(url: string, { publicUrl, byHash }: NamedMedia): StoredMedia | 'unknown' | undefined {
  const hash = hashOf(url, publicUrl);
  if (hash === undefined) return undefined;
  const file = byHash.get(hash);
  return file && mediaPath(hash, file.contentType) === ownPathOf(url, publicUrl) ? file : 'unknown';
}

function hashOf(url: string, publicUrl: string): string | undefined {
  const path = ownPathOf(url, publicUrl);
  return path === undefined ? undefined : hashOfPath(path);
}

/** What a node names; undefined when its configuration says nothing that could be read. */
export function referencesOf(node: ScenarioNode): NodeReferences | undefined {
  const definition = nodeDefinition(node.type, node.version);
  const config = definition?.config.safeParse(node.config);
  return config?.success ? definition?.references?.(config.data) : undefined;
}
