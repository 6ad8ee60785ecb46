import type { ScenarioGraph } from '../../../domain/scenario.ts';
import { pointerOf } from '../../../domain/validation/problem.ts';
import { suggest } from '../../../domain/validation/suggest.ts';
import { validateGraph } from '../../../domain/validation/validate-graph.ts';
import { NODE_CATALOGUE } from '../../../nodes/types.ts';

describe('a scenario with many problems', () => {
  it('is told all of them at once, each with its place', () => {
    const graph: ScenarioGraph = {
      nodes: [
        { id: 'start', type: 'now', version: 1, config: {} },
        { id: 'start', type: 'now', version: 1, config: {} },
        { id: 'send', type: 'sms', version: 1, config: { category: 'marketing' } },
        { id: 'odd', type: 'teleport', version: 1, config: {} },
        { id: 'ask', type: 'condition', version: 2, config: {} },
        { id: 'alone', type: 'exit', version: 1, config: { 'a/b~c': 1 } },
        { id: 'turn', type: 'condition', version: 1, config: { filter: { attribute: 'a', op: 'exists' } } },
        { id: 'rest', type: 'wait', version: 1, config: { for: '1h' } },
      ],
      edges: [
        { from: 'start', outlet: 'next', to: 'send' },
        { from: 'start', outlet: 'next', to: 'turn' },
        { from: 'send', outlet: 'bounced', to: 'nowhere' },
        { from: 'turn', outlet: 'yes', to: 'turn' },
        { from: 'turn', outlet: 'no', to: 'rest' },
        { from: 'rest', outlet: 'next', to: 'start' },
      ],
    };
    const problems = validateGraph(graph, NODE_CATALOGUE);
    expect(problems.map(({ pointer, code }) => `${code} ${pointer}`).sort()).toEqual([
      'bad_config /nodes/2/config/text',
      'bad_config /nodes/5/config/a~1b~0c',
      'cycle_without_wait /nodes/6',
      'duplicate_node_id /nodes/1/id',
      'edge_into_trigger /edges/5/to',
      'outlet_wired_twice /edges/1',
      'several_triggers /nodes/1/type',
      'unknown_node /edges/2/to',
      'unknown_node_type /nodes/3/type',
      'unknown_node_version /nodes/4/version',
      'unknown_outlet /edges/2/outlet',
      'unreachable_node /nodes/3',
      'unreachable_node /nodes/4',
      'unreachable_node /nodes/5',
    ]);
    for (const { message } of problems) expect(message).toMatch(/^[A-Z"].*[.?]$/);
  });
});

describe('a pointer', () => {
  it('escapes what RFC 6901 escapes', () => {
    expect(pointerOf('nodes', 0, 'a/b', 'c~d')).toBe('/nodes/0/a~1b/c~0d');
    expect(pointerOf()).toBe('');
  });
});

describe('a suggestion', () => {
  it('names what is near, whatever the case', () => {
    expect(suggest('Delivered', ['next', 'delivered'])).toBe(' Did you mean "delivered"?');
  });

  it('lists what there is when nothing is near', () => {
    expect(suggest('x-ray-machine', ['next', 'delivered'])).toBe(' Known: "next", "delivered".');
  });

  it('says nothing when nothing is known', () => {
    expect(suggest('x', [])).toBe('');
  });
});
