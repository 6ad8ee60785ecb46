import { firstMessages, MAX_BRANCHES } from '../../domain/first-message.ts';
import type { FrozenScenario, NumberedNode } from '../../domain/scenario.ts';

type Step = readonly [type: string, outlets?: Readonly<Record<string, string>>];

/** A frozen graph that begins at `start`; every condition filters by the attribute that it is called. */
function graph(steps: Readonly<Record<string, Step>>): Pick<FrozenScenario, 'nodes' | 'walk'> {
  const entries = Object.entries(steps);
  return {
    nodes: entries.map(([id, [type]]): NumberedNode => ({
      id,
      type,
      version: 1,
      actionId: null,
      config: type === 'condition' ? { filter: filterOf(id) } : {},
    })),
    walk: {
      startNodeId: 'start',
      nodes: Object.fromEntries(
        entries.map(([nodeId, [type, outlets = {}]]) => [
          nodeId,
          {
            nodeId,
            typeKey: `${type}.v1`,
            label: nodeId,
            config: {},
            outlets,
            fallsToNext: false,
            gathers: false,
          },
        ]),
      ),
    },
  };
}

const filterOf = (attribute: string) => ({ attribute, op: 'exists' as const });

describe('the first message of a scenario', () => {
  it('is the one that the trigger leads to, also through a wait', () => {
    const direct = graph({ start: ['now', { next: 'a' }], a: ['sms', { next: 'b' }], b: ['sms'] });
    expect(firstMessages(direct)).toEqual({ tree: { nodeId: 'a' }, truncated: false });
    const later = graph({ start: ['now', { next: 'w' }], w: ['wait', { next: 'a' }], a: ['mms'] });
    expect(firstMessages(later).tree).toEqual({ nodeId: 'a' });
  });

  it('depends on the conditions before it, and on none that leads to the same message either way', () => {
    const steps = graph({
      start: ['now', { next: 'vip' }],
      vip: ['condition', { yes: 'a', no: 'old' }],
      old: ['condition', { yes: 'b', no: 'b' }],
      a: ['sms'],
      b: ['mms'],
    });
    expect(firstMessages(steps).tree).toEqual({
      filter: filterOf('vip'),
      yes: { nodeId: 'a' },
      no: { nodeId: 'b' },
    });
  });

  it('is none where the walk ends or turns in a loop', () => {
    const steps = graph({
      start: ['now', { next: 'ready' }],
      ready: ['condition', { yes: 'a', no: 'w' }],
      w: ['wait', { next: 'ready' }],
      a: ['sms'],
    });
    expect(firstMessages(steps).tree).toEqual({ filter: filterOf('ready'), yes: { nodeId: 'a' }, no: null });
    expect(firstMessages(graph({ start: ['now'] })).tree).toBeNull();
  });

  it('says when there are too many ways to look at', () => {
    const levels = Array.from({ length: 20 }, (_, level): [string, Step][] => [
      [`c${level}`, ['condition', { yes: `c${level + 1}`, no: `w${level}` }]],
      [`w${level}`, ['wait', { next: `c${level + 1}` }]],
    ]).flat();
    const steps = graph({
      start: ['now', { next: 'c0' }],
      ...Object.fromEntries(levels),
      c20: ['condition', { yes: 'a', no: 'b' }],
      a: ['sms'],
      b: ['sms'],
    });
    const began = performance.now();
    const { truncated } = firstMessages(steps);
    expect(truncated).toBe(true);
    expect(MAX_BRANCHES).toBe(200);
    expect(performance.now() - began).toBeLessThan(5_000);
  });
});
