import fc from 'fast-check';
import type { JsonObject } from '../../domain/json.ts';
import type { WalkGraph } from '../../domain/walk-graph.ts';
import { FATES, type Fate } from './message-run.ts';
import { graphOf } from './virtual-walk.ts';

/** One random walk: a graph, an audience, what happens to whom, and where it is interrupted. */
export interface WalkCase {
  readonly graph: WalkGraph;
  readonly size: number;
  /** Decides everything that differs from member to member. */
  readonly seed: number;
  readonly maxPasses: number;
  /** Calls of the host, counted from 1, at which the walk is interrupted; how many turns after the answer. */
  readonly interruptions: readonly { readonly call: number; readonly turnsAfter: number | undefined }[];
}

type NodeSpec = Parameters<typeof graphOf>[0][string];

const MESSAGE_OUTLETS = ['delivered', 'failed', 'no_receipt', 'unknown', 'suppressed'];

/** A number from 0 to 1 that only depends on what it is asked about. */
export function chance(seed: number, ...about: readonly (string | number)[]): number {
  let hash = seed | 0;
  for (const char of about.join('/')) hash = Math.imul(hash ^ char.charCodeAt(0), 0x01000193) + 0x9e37;
  hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}

/** Whether a member is let through by a condition. */
export function isMatching({ seed }: WalkCase, member: number, nodeId: string, pass: number): boolean {
  return chance(seed, 'condition', member, nodeId, pass) < 0.5;
}

export function fateOf({ seed }: WalkCase, member: number, nodeId: string, pass: number): Fate {
  return FATES[Math.floor(chance(seed, 'fate', member, nodeId, pass) * FATES.length)] ?? 'delivered';
}

/** From 0 to 40 s: always before the deadline, in any order. */
export function receiptAfterMs({ seed }: WalkCase, member: number, nodeId: string, pass: number): number {
  return Math.floor(chance(seed, 'receipt', member, nodeId, pass) * 40_000);
}

interface Step {
  readonly type: 'condition' | 'wait' | 'mms' | 'sms';
  readonly minutes: number;
  /** Which outlets are wired. */
  readonly wired: readonly boolean[];
  /** Where they lead, as a share of the nodes that may be led to. */
  readonly targets: readonly number[];
}

const step: fc.Arbitrary<Step> = fc.record({
  type: fc.constantFrom('condition', 'wait', 'mms', 'sms'),
  minutes: fc.integer({ min: 1, max: 600 }),
  wired: fc.array(fc.boolean(), { minLength: 6, maxLength: 6 }),
  targets: fc.array(fc.double({ min: 0, max: 0.999, noNaN: true }), { minLength: 6, maxLength: 6 }),
});

/** Edges lead on; only those of a wait may lead back, so that every loop takes time. */
function graphOfSteps(steps: readonly Step[]): WalkGraph {
  const ids = steps.map((_, index) => `n${index + 1}`);
  const nodes: Record<string, NodeSpec> = { start: ['now', {}, { next: ids[0] ?? 'out' }] };
  for (const [index, { type, minutes, wired, targets }] of steps.entries()) {
    const onwards = [...ids.slice(index + 1), 'out'];
    const reachable = type === 'wait' ? [...ids, 'out'] : onwards;
    const names =
      type === 'condition' ? ['yes', 'no'] : type === 'wait' ? ['next'] : ['next', ...MESSAGE_OUTLETS];
    const outlets = names.flatMap((name, which): [string, string][] => {
      const isWired = wired[which] ?? name === 'next';
      const target = reachable[Math.floor((targets[which] ?? 0) * reachable.length)];
      return isWired && target !== undefined ? [[name, target]] : [];
    });
    const config: JsonObject =
      type === 'wait' ? { forMs: minutes * 60_000 } : { receiptDeadlineMs: 3_600_000 };
    nodes[ids[index] ?? ''] = [type, config, Object.fromEntries(outlets)];
  }
  nodes['out'] = ['exit', { reason: 'done' }];
  return graphOf(nodes);
}

export const walkCase: fc.Arbitrary<WalkCase> = fc
  .record({
    steps: fc.array(step, { minLength: 1, maxLength: 7 }),
    size: fc.oneof(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 13, max: 70 })),
    seed: fc.integer(),
    maxPasses: fc.integer({ min: 1, max: 5 }),
    interruptions: fc.array(
      fc.record({
        call: fc.integer({ min: 1, max: 40 }),
        turnsAfter: fc.option(fc.integer({ min: 0, max: 8 }), { nil: undefined }),
      }),
      { maxLength: 6 },
    ),
  })
  .map(({ steps, ...others }) => ({ ...others, graph: graphOfSteps(steps) }));

/** A case as a person reads it. */
export function describeCase({ graph, size, seed, maxPasses, interruptions }: WalkCase): string {
  const nodes = Object.values(graph.nodes).map(({ nodeId, typeKey, outlets }) => {
    const ways = Object.entries(outlets).map(([outlet, target]) => `${outlet}→${target}`);
    return `  ${nodeId}: ${typeKey} ${ways.join(' ')}`;
  });
  const cuts = interruptions.map(({ call, turnsAfter }) => `${call}+${turnsAfter ?? 'under way'}`);
  return [
    `${size} members, at most ${maxPasses} passes, seed ${seed}, interrupted at ${cuts.join(', ') || 'nothing'}`,
    ...nodes,
  ].join('\n');
}
