import type { z } from 'zod';
import type { Channel } from '../domain/channel.ts';
import type { JsonObject } from '../domain/json.ts';
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
  /** The configuration as it is frozen at launch. Default: as it is. */
  readonly freeze?: (config: z.output<Schema>, surroundings: { readonly publicUrl: string }) => JsonObject;
  /** Keys by which a configuration names things of the project. Default: none. */
  readonly references?: (config: z.output<Schema>) => NodeReferences;
  /** Templates in a configuration, by JSON pointer. Default: none. */
  readonly templates?: (config: z.output<Schema>) => Readonly<Record<string, string>>;
}

export interface NodeReferences {
  readonly sender?: string;
  readonly category?: string;
  readonly policy?: string;
  /** For message nodes: what the sender must have an integration for. */
  readonly channel?: Channel;
}

export function defineNodeType<Schema extends z.ZodType>(
  definition: NodeDefinition<Schema>,
): NodeDefinition<Schema> {
  return definition;
}
