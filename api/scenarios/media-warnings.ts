import type { ScenarioNode } from '../../domain/scenario.ts';
import { documentsOf } from './documents.ts';
import { referencesOf } from './named-media.ts';

export interface MediaWarning {
  readonly nodeId: string;
  /** Of the node in the scenario. */
  readonly index: number;
  /** Where in its configuration it is named. */
  readonly path: readonly (string | number)[];
  readonly code: 'media_not_stored' | 'document_not_shown';
  readonly message: string;
}

/** Media of which nobody knows what a provider will find there, and what not every phone shows. */
export function mediaWarnings(nodes: readonly ScenarioNode[], publicUrl: string): readonly MediaWarning[] {
  return nodes.flatMap((node, index) => {
    const references = referencesOf(node) ?? {};
    const at = { nodeId: node.id, index };
    return [
      ...(references.media ?? []).flatMap(({ url }, position) =>
        isOurs(url, publicUrl)
          ? []
          : [
              {
                ...{ ...at, path: ['media', position, 'url'] },
                code: 'media_not_stored' as const,
                message: `Somebody else serves medium ${position + 1} of "${node.id}": neither its size nor what it is when it is sent is known. POST /v1/media stores what a link leads to.`,
              },
            ],
      ),
      ...documentsOf(references).map(({ path, what }) => ({
        ...{ ...at, path },
        code: 'document_not_shown' as const,
        message: `Not every phone shows ${what} as "${node.id}" brings: where a provider says so its fallback follows, others see the rest of the message. Say in its text what matters.`,
      })),
    ];
  });
}

function isOurs(url: string, publicUrl: string): boolean {
  return url.startsWith('/') || url.startsWith(`${publicUrl}/`);
}
