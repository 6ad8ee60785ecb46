import type { z } from 'zod';
import type { Channel } from '../domain/channel.ts';
import type { JsonObject } from '../domain/json.ts';
import type { MediaLimits } from '../domain/media-limits.ts';
import type { NodeKind } from '../domain/node-kind.ts';

/** What an engineer states about a node type: what authors see and the API validates. */
export interface NodeDefinition<Schema extends z.ZodType> {
  readonly type: string;
  readonly version: number;
  readonly kind: NodeKind;
  /** One sentence for authors. */
  readonly description: string;
  readonly config: Schema;
  readonly outlets: readonly string[];
  /** Whether time passes at this node, so that a loop through it can't turn without end. Default false. */
  readonly waits?: boolean;
  /** Whether an unwired outlet falls to `next` instead of ending the walk. Default false. */
  readonly fallsToNext?: boolean;
  /** Whether arrivals are gathered before a visit is opened, because a visit is costly. Default false. */
  readonly gathers?: boolean;
  /** The part of a configuration that the behaviour reads; content stays in the database. Default: nothing. */
  readonly walkConfig?: (config: z.output<Schema>) => JsonObject;
  /** The same in a test send. Default: as `walkConfig` says. */
  readonly testWalkConfig?: (config: z.output<Schema>) => JsonObject;
  /** The configuration as it is frozen at launch. Default: as it is. */
  readonly freeze?: (config: z.output<Schema>, surroundings: FreezeSurroundings) => JsonObject;
  /** Keys by which a configuration names things of the project. Default: none. */
  readonly references?: (config: z.output<Schema>) => NodeReferences;
  /** Templates in a configuration, by JSON pointer. Default: none. */
  readonly templates?: (config: z.output<Schema>) => Readonly<Record<string, string>>;
  /** Which of them is sent in place of an MMS, and so can read `message` too. Default: none. */
  readonly fallbackTemplate?: string;
}

/** What a configuration is frozen with. */
export interface FreezeSurroundings {
  /** Where this installation can be reached from outside. */
  readonly publicUrl: string;
  /** Where a contact card of the project is served, as it is now. */
  readonly contactCardUrl: (key: string) => string;
}

export interface NodeReferences {
  readonly sender?: string;
  readonly category?: string;
  readonly policy?: string;
  readonly contactCards?: readonly string[];
  /** Files that a message brings, each with what its author says that it is. */
  readonly media?: readonly { readonly url: string; readonly contentType?: string | undefined }[];
  /** Whose limits the message is to keep, beside its provider's. */
  readonly mediaLimits?: MediaLimits;
  /** For message nodes: what the sender must have an integration for. */
  readonly channel?: Channel;
  /** For message nodes that may fall back: what the sender must have an integration for as well. */
  readonly fallbackChannel?: Channel;
}

export function defineNodeType<Schema extends z.ZodType>(
  definition: NodeDefinition<Schema>,
): NodeDefinition<Schema> {
  return definition;
}
