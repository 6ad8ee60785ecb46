import { problemsOf } from '../../support/scenario-graph.ts';

describe('the edges of a scenario', () => {
  it('name nodes that there are; the nearest one is suggested', () => {
    const problems = problemsOf({ start: 'now', send: 'sms' }, ['start → send', 'sned → start_', 'send → x']);
    expect(problems.slice(0, 3)).toMatchObject([
      {
        pointer: '/edges/1/from',
        code: 'unknown_node',
        message: 'There is no node "sned". Did you mean "send"?',
      },
      {
        pointer: '/edges/1/to',
        code: 'unknown_node',
        message: expect.stringContaining('"start"?') as string,
      },
      { pointer: '/edges/2/to', code: 'unknown_node' },
    ]);
  });

  it('leave by outlets that the type has', () => {
    expect(
      problemsOf({ start: 'now', send: 'sms', end: 'exit' }, ['start → send', 'send:deliverd → end']),
    ).toContainEqual({
      pointer: '/edges/1/outlet',
      code: 'unknown_outlet',
      message: 'A node of type "sms" has no outlet "deliverd". Did you mean "delivered"?',
    });
  });

  it('do not leave a node at which the walk ends', () => {
    expect(
      problemsOf({ start: 'now', end: 'exit', rest: 'wait' }, ['start → end', 'end → rest']),
    ).toContainEqual(
      expect.objectContaining({
        pointer: '/edges/1/outlet',
        code: 'unknown_outlet',
        message: expect.stringContaining('the walk ends there') as string,
      }),
    );
  });

  it('share no outlet', () => {
    expect(
      problemsOf({ start: 'now', a: 'wait', b: 'wait' }, ['start → a', 'start → b', 'a → b']),
    ).toMatchObject([
      {
        pointer: '/edges/1',
        code: 'outlet_wired_twice',
        message: expect.stringContaining('edge 0') as string,
      },
    ]);
  });

  it('may lead from different outlets to the same node', () => {
    expect(
      problemsOf({ start: 'now', send: 'sms', end: 'exit' }, [
        'start → send',
        'send:delivered → end',
        'send:failed → end',
      ]),
    ).toEqual([]);
  });

  it('never lead back into the trigger', () => {
    expect(problemsOf({ start: 'now', rest: 'wait' }, ['start → rest', 'rest → start'])).toMatchObject([
      { pointer: '/edges/1/to', code: 'edge_into_trigger' },
    ]);
  });
});
