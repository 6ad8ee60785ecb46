import { MAX_NODES } from '../../../domain/validation/validate-graph.ts';
import { problemsOf } from '../../support/scenario-graph.ts';

describe('the nodes of a scenario', () => {
  it('have no problem when they are right', () => {
    expect(
      problemsOf({ start: 'now', send: 'mms', rest: 'wait', end: 'exit' }, [
        'start → send',
        'send → rest',
        'send:failed → end',
        'rest → end',
      ]),
    ).toEqual([]);
  });

  it('have types that there are; the nearest one is suggested', () => {
    expect(problemsOf({ start: 'now', send: 'smss' }, ['start → send'])).toEqual([
      {
        pointer: '/nodes/1/type',
        code: 'unknown_node_type',
        message: 'There is no node type "smss". Did you mean "sms"?',
      },
    ]);
  });

  it('get the list of types when no name is near', () => {
    const [problem] = problemsOf({ start: 'now', send: 'carrier-pigeon' }, ['start → send']);
    expect(problem?.message).toContain('Known: "condition", "exit", "mms", "now", "sms", "wait".');
  });

  it('have versions that there are', () => {
    expect(problemsOf({ start: 'now', rest: { type: 'wait', version: 9 } }, ['start → rest'])).toMatchObject([
      { pointer: '/nodes/1/version', code: 'unknown_node_version' },
    ]);
  });

  it('are at most two hundred', () => {
    const chain = (count: number): ReturnType<typeof problemsOf> => {
      const ids = Array.from({ length: count }, (_, i) => `n${i}`);
      return problemsOf(
        Object.fromEntries(ids.map((id, i) => [id, i === 0 ? 'now' : 'wait'])),
        ids.slice(1).map((id, i) => `n${i} → ${id}`),
      );
    };
    expect(chain(MAX_NODES)).toEqual([]);
    expect(chain(MAX_NODES + 1)).toMatchObject([{ pointer: '/nodes', code: 'too_many_nodes' }]);
  });

  it('have settings of their type, each problem with a pointer into the document', () => {
    expect(
      problemsOf({ start: 'now', rest: { type: 'wait', config: { for: 'a while', until: 'noon' } } }, [
        'start → rest',
      ]),
    ).toMatchObject([
      { pointer: '/nodes/1/config/for', code: 'bad_config' },
      {
        pointer: '/nodes/1/config/until',
        code: 'bad_config',
        message: expect.stringContaining('"until"') as string,
      },
    ]);
  });

  it('begin with a trigger', () => {
    expect(problemsOf({ rest: 'wait' })).toMatchObject([{ pointer: '/nodes', code: 'no_trigger' }]);
    expect(problemsOf({})).toMatchObject([{ pointer: '/nodes', code: 'no_trigger' }]);
  });

  it('are not said to lack a trigger while a type is misspelt', () => {
    expect(problemsOf({ start: 'nwo' }).map((problem) => problem.code)).toEqual(['unknown_node_type']);
  });

  it('have one trigger only', () => {
    expect(problemsOf({ start: 'now', again: 'now' })).toMatchObject([
      {
        pointer: '/nodes/1/type',
        code: 'several_triggers',
        message: expect.stringContaining('"again"') as string,
      },
    ]);
  });
});
