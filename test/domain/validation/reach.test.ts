import { problemsOf } from '../../support/scenario-graph.ts';

describe('the ways through a scenario', () => {
  it('lead to every node', () => {
    expect(
      problemsOf({ start: 'now', a: 'wait', b: 'wait', c: 'wait' }, ['start → a', 'b → c']),
    ).toMatchObject([
      { pointer: '/nodes/2', code: 'unreachable_node', message: expect.stringContaining('"b"') as string },
      { pointer: '/nodes/3', code: 'unreachable_node', message: expect.stringContaining('"c"') as string },
    ]);
  });

  it('do not make every node unreachable when there is no trigger', () => {
    expect(problemsOf({ a: 'wait', b: 'wait' }, ['a → b']).map((problem) => problem.code)).toEqual([
      'no_trigger',
    ]);
  });

  it('may turn in a loop that waits', () => {
    expect(
      problemsOf({ start: 'now', ask: 'condition', rest: 'wait' }, [
        'start → ask',
        'ask:no → rest',
        'rest → ask',
      ]),
    ).toEqual([]);
  });

  it('may not turn in a loop in which no time passes, which is reported once and spelt out', () => {
    expect(
      problemsOf({ start: 'now', ask: 'condition', send: 'sms' }, [
        'start → ask',
        'ask:no → send',
        'send → ask',
      ]),
    ).toEqual([
      {
        pointer: '/nodes/1',
        code: 'cycle_without_wait',
        message: 'The loop "ask" → "send" → "ask" has no wait. Add a "wait" node to it.',
      },
    ]);
  });

  it('may not lead from a node to itself', () => {
    expect(problemsOf({ start: 'now', ask: 'condition' }, ['start → ask', 'ask:yes → ask'])).toMatchObject([
      { code: 'cycle_without_wait', message: expect.stringContaining('"ask" → "ask"') as string },
    ]);
  });

  it('are not saved by a wait on another loop', () => {
    const problems = problemsOf({ start: 'now', ask: 'condition', other: 'condition', rest: 'wait' }, [
      'start → ask',
      'ask:yes → rest',
      'rest → ask',
      'ask:no → other',
      'other:no → ask',
    ]);
    expect(problems.map(({ pointer, code }) => [pointer, code])).toEqual([
      ['/nodes/1', 'cycle_without_wait'],
    ]);
  });

  it('report two separate loops as two problems', () => {
    const problems = problemsOf({ start: 'now', a: 'condition', b: 'condition' }, [
      'start → a',
      'a:yes → a',
      'a:no → b',
      'b:yes → b',
    ]);
    expect(problems.map(({ pointer }) => pointer)).toEqual(['/nodes/1', '/nodes/2']);
  });
});
