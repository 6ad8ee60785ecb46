import { chain, mms, NOW, wait } from '../support/scenarios.ts';
import { TestStack } from '../support/test-stack.ts';

interface Validation {
  readonly valid: boolean;
  readonly problems: readonly { readonly pointer: string; readonly code: string; readonly message: string }[];
}

let stack: TestStack;

beforeAll(async () => {
  stack = await TestStack.start({ engine: false });
});
afterAll(() => stack.stop());

async function check(scenario: unknown): Promise<Validation> {
  const answer = await stack.api.call<Validation>('POST', '/v1/scenarios/validate', scenario);
  if (answer.status !== 200) throw new Error(answer.text);
  return answer.body;
}

async function problemsOf(scenario: unknown): Promise<Readonly<Record<string, string>>> {
  const { valid, problems } = await check(scenario);
  expect(valid).toBe(problems.length === 0);
  return Object.fromEntries(problems.map(({ pointer, code, message }) => [`${pointer} ${code}`, message]));
}

describe('a scenario with problems', () => {
  it('is told all of them at once, each with its place and the nearest name', async () => {
    const problems = await problemsOf({
      name: 'Everything wrong',
      nodes: [
        NOW,
        { id: 'send', type: 'msm', config: {} },
        { id: 'rest', type: 'wait', config: { for: 'soon', fro: '1h' } },
        { id: 'text', type: 'sms', version: 7, config: { category: 'marketing', text: 'Hi' } },
        { id: 'split', type: 'condition', config: { filter: { attribute: 'a', op: 'equals', value: 1 } } },
        { id: 'island', type: 'exit' },
        { id: 'rest', type: 'exit' },
        { id: 'again', type: 'now' },
      ],
      edges: [
        { from: 'start', to: 'snd' },
        { from: 'start', to: 'rest' },
        { from: 'split', outlet: 'yess', to: 'island' },
      ],
    });
    expect(Object.keys(problems)).toEqual(
      expect.arrayContaining([
        '/nodes/1/type unknown_node_type',
        '/nodes/2/config/for bad_config',
        '/nodes/2/config/fro bad_config',
        '/nodes/3/version unknown_node_version',
        '/nodes/4/config/filter/op bad_config',
        '/nodes/6/id duplicate_node_id',
        '/nodes/7/type several_triggers',
        '/edges/0/to unknown_node',
        '/edges/1 outlet_wired_twice',
        '/edges/2/outlet unknown_outlet',
        '/nodes/5 unreachable_node',
      ]),
    );
    expect(problems['/nodes/1/type unknown_node_type']).toContain('Did you mean "mms"?');
    expect(problems['/edges/0/to unknown_node']).toContain('Did you mean "send"?');
    expect(problems['/edges/2/outlet unknown_outlet']).toContain('Did you mean "yes"?');
    expect(problems['/nodes/2/config/fro bad_config']).toContain('Did you mean "for"?');
    for (const message of Object.values(problems)) expect(message).toMatch(/^[A-Z"].*[.?]$/);
  });

  it('with a loop in which no time passes is told which one', async () => {
    const split = { id: 'split', type: 'condition', config: { filter: { attribute: 'a', op: 'exists' } } };
    const loop = (...between: object[]): object => ({
      ...chain('Loop', NOW, split, ...between),
      edges: [
        { from: 'start', to: 'split' },
        { from: 'split', outlet: 'yes', to: between.length > 0 ? 'rest' : 'split' },
        ...(between.length > 0 ? [{ from: 'rest', to: 'split' }] : []),
      ],
    });
    expect(Object.keys(await problemsOf(loop()))).toEqual(['/nodes/1 cycle_without_wait']);
    expect(await problemsOf(loop(wait('rest', '1h')))).toEqual({});
  });

  it('with an unknown sender or category is told the known ones', async () => {
    const problems = await problemsOf(
      chain('Names', NOW, mms('send', { sender: 'acme', category: 'promo' })),
    );
    expect(problems).toEqual({
      '/nodes/1/config/sender unknown_sender': 'There is no sender "acme". Known: "default".',
      '/nodes/1/config/category unknown_category':
        'There is no consent category "promo". Known: "marketing", "transactional".',
    });
    const near = await problemsOf(chain('Near', NOW, mms('send', { category: 'marketng' })));
    expect(near['/nodes/1/config/category unknown_category']).toContain('Did you mean "marketing"?');
  });

  it('with a marketing message that no policy holds back is told so', async () => {
    const problems = await problemsOf(chain('Flood', NOW, mms('send', { policy: 'unlimited' })));
    expect(Object.keys(problems)).toEqual(['/nodes/1/config/policy policy_not_allowed']);
    const allowed = mms('send', { category: 'transactional', policy: 'unlimited' });
    expect(await problemsOf(chain('Codes', NOW, allowed))).toEqual({});
  });

  it('with bad templates is told which and why', async () => {
    const text = '{{ range.constructor("return process")() }}';
    const problems = await problemsOf(chain('Templates', NOW, mms('send', { text, subject: '{% if %}' })));
    expect(Object.keys(problems).sort()).toEqual([
      '/nodes/1/config/subject bad_template',
      '/nodes/1/config/text bad_template',
    ]);
    const typo = await problemsOf(chain('Typo', NOW, mms('send', { text: 'Hi {{ custmer.name }}' })));
    expect(Object.values(typo)[0]).toContain('"customer"');
  });

  it('with settings that are missing is told which', async () => {
    const problems = await problemsOf(chain('Bare', NOW, { id: 'send', type: 'sms' }));
    expect(problems).toEqual({
      '/nodes/1/config/category bad_config': '"category" is missing.',
      '/nodes/1/config/text bad_config': '"text" is missing.',
    });
  });

  it('with a filter that is none is shown one', async () => {
    const shape = expect.stringContaining('{"attribute": "city", "op": "eq", "value": "Boston"}') as string;
    const filterProblems = (filter?: unknown): Promise<Readonly<Record<string, string>>> =>
      problemsOf({ ...chain('Filter', NOW, { id: 'split', type: 'condition', config: { filter } }) });
    for (const filter of [undefined, {}, [], 'city', { city: 'Boston' }, { and: [], or: [] }])
      expect(await filterProblems(filter)).toEqual({ '/nodes/1/config/filter bad_config': shape });
    expect(await filterProblems({ and: [{ city: 'Boston' }] })).toEqual({
      '/nodes/1/config/filter/and/0 bad_config': shape,
    });
    expect(await filterProblems({ not: {} })).toEqual({ '/nodes/1/config/filter/not bad_config': shape });
    expect(await filterProblems({ attribute: 'city', value: 'Boston' })).toEqual({
      '/nodes/1/config/filter/op bad_config': '"op" is missing.',
    });
    expect(await filterProblems({ attribute: 'city', op: 'eq', value: {} })).toEqual({
      '/nodes/1/config/filter/value bad_config': 'Write a text, a number, true or false, or a list of them.',
    });
  });

  it.each([
    ['equals', 'eq'],
    ['>=', 'gte'],
    ['contain', 'contains'],
    ['exist', 'exists'],
  ])('with the operator %s is told %s', async (op, meant) => {
    const filter = { attribute: 'city', op, value: 'Boston' };
    const problems = await problemsOf(
      chain('Op', NOW, { id: 'split', type: 'condition', config: { filter } }),
    );
    expect(problems).toEqual({
      '/nodes/1/config/filter/op bad_config': `There is no operator "${op}". Did you mean "${meant}"?`,
    });
  });

  it('with too many nodes or no node at all is told so', async () => {
    const many = Array.from({ length: 200 }, (_, index) => ({ id: `n${index}`, type: 'exit' }));
    expect(Object.keys(await problemsOf(chain('Many', NOW, ...many)))).toContain('/nodes too_many_nodes');
    expect(Object.keys(await problemsOf(chain('Empty')))).toEqual(['/nodes no_trigger']);
  });
});
