import type { ApiAnswer } from '../support/api.ts';
import { setBusinessTime } from '../support/business-time.ts';
import { otherProject } from '../support/other-project.ts';
import { entriesOf, expectProblem } from '../support/problem.ts';
import { chain, mms, NOW, ordinaryPhones } from '../support/scenarios.ts';
import { TestStack } from '../support/test-stack.ts';

interface Warning {
  readonly code: string;
  readonly message: string;
  readonly [more: string]: unknown;
}
interface Report {
  readonly audience: number;
  readonly eligible: number;
  readonly held: number;
  readonly quietHours: number;
  readonly noMessage: number;
  readonly suppressed: Readonly<Record<string, number>>;
  readonly nodes: readonly { readonly node_id: string; readonly eligible: number }[];
  readonly warnings: readonly Warning[];
}

let stack: TestStack;

beforeAll(async () => {
  stack = await TestStack.start({ engine: false });
});
afterAll(() => stack.stop());

const phones = Object.values(ordinaryPhones(200));
let used = 0;
const nextPhone = (): string => phones[used++] ?? '';

const PROOF = {
  'consent.marketing.granted': true,
  'consent.marketing.time': '2026-01-01T00:00:00Z',
  'consent.marketing.method': 'web_form',
  'consent.marketing.source': 'https://shop.example.com',
};

/** Customers of a group of their own. @returns a trigger whose audience they are */
async function group(name: string, customers: readonly object[]): Promise<object> {
  const lines = customers.map((customer, index) => ({
    externalId: `${name}-${index}`,
    group: name,
    ...customer,
  }));
  const { status, text } = await stack.api.importNdjson(lines);
  if (status !== 200) throw new Error(text);
  return { ...NOW, config: { audience: { attribute: 'group', op: 'eq', value: name } } };
}

const agreeing = (): object => ({ phone: nextPhone(), ...PROOF });

function ask(scenarioId: string, body: object = {}): Promise<ApiAnswer<Report>> {
  return stack.api.call('POST', `/v1/scenarios/${scenarioId}/launch`, { dryRun: true, ...body });
}

async function dryRun(scenario: unknown, body: object = {}): Promise<Report> {
  const answer = await ask(await stack.api.createScenario(scenario), body);
  if (answer.status !== 200) throw new Error(answer.text);
  return answer.body;
}

const codes = (report: Report): readonly string[] => report.warnings.map(({ code }) => code);

describe('a dry run', () => {
  it('tells how many would be sent to and why the others would not', async () => {
    const start = await group('mixed', [
      agreeing(),
      agreeing(),
      { phone: nextPhone() },
      { phone: nextPhone(), ...PROOF, 'consent.marketing.granted': false },
      { phone: nextPhone(), ...PROOF, 'consent.marketing.method': undefined },
      { ...PROOF },
      { ...agreeing(), phone: '+525512345678' },
      { ...agreeing(), phone: '12' },
    ]);
    const report = await dryRun(chain('Mixed', start, mms('send', { text: 'Hi' })));
    const figures = {
      audience: 8,
      eligible: 2,
      held: 0,
      quietHours: 0,
      suppressed: {
        no_consent: 1,
        consent_revoked: 1,
        consent_unproven: 1,
        no_number: 1,
        country_not_served: 1,
        invalid_number: 1,
      },
    };
    expect(report).toEqual({
      ...figures,
      noMessage: 0,
      nodes: [{ node_id: 'send', ...figures }],
      warnings: [],
    });
  });

  it('stores nothing and needs no Idempotency-Key', async () => {
    const start = await group('nothing', [agreeing()]);
    const scenarioId = await stack.api.createScenario(chain('Nothing', start, mms('send')));
    expect((await ask(scenarioId)).status).toBe(200);
    expect((await stack.api.call('GET', '/v1/runs')).body).toEqual({ runs: [], next: null });
    const versions = await stack.api.call('GET', `/v1/scenarios/${scenarioId}/versions`);
    expect(versions.body).toEqual({ versions: [], next: null });
  });

  it('follows conditions and waits to the message that comes first', async () => {
    const start = await group('split', [
      { ...agreeing(), vip: true },
      { ...agreeing(), vip: true },
      { ...agreeing(), vip: false },
      { ...agreeing(), vip: false, gone: true },
      { phone: nextPhone(), vip: false },
    ]);
    const condition = (id: string): object => ({
      id,
      type: 'condition',
      config: { filter: { attribute: id, op: 'eq', value: true } },
    });
    const report = await dryRun({
      name: 'Split',
      nodes: [
        start,
        condition('vip'),
        condition('gone'),
        { id: 'later', type: 'wait', config: { for: '2d' } },
        mms('special', { text: 'Hi' }),
        mms('usual', { text: 'Hi' }),
      ],
      edges: [
        { from: 'start', to: 'vip' },
        { from: 'vip', outlet: 'yes', to: 'special' },
        { from: 'vip', outlet: 'no', to: 'gone' },
        { from: 'gone', outlet: 'no', to: 'later' },
        { from: 'later', to: 'usual' },
        { from: 'special', to: 'usual' },
      ],
    });
    expect(report).toMatchObject({ audience: 5, eligible: 3, noMessage: 1, suppressed: { no_consent: 1 } });
    expect(report.nodes).toEqual([
      { node_id: 'special', audience: 2, eligible: 2, held: 0, quietHours: 0, suppressed: {} },
      { node_id: 'usual', audience: 2, eligible: 1, held: 0, quietHours: 0, suppressed: { no_consent: 1 } },
    ]);
  });

  it('counts a household once and warns of it', async () => {
    const phone = nextPhone();
    const start = await group('household', [{ ...agreeing(), phone }, { ...agreeing(), phone }, agreeing()]);
    const report = await dryRun(chain('Household', start, mms('send', { text: 'Hi' })));
    expect(report).toMatchObject({ audience: 3, eligible: 2, suppressed: { duplicate_number: 1 } });
    expect(report.warnings).toEqual([expect.objectContaining({ code: 'duplicate_numbers', customers: 1 })]);
  });

  it('warns of an audience of nobody, and of one of whom nobody would get a message', async () => {
    const nobody = await group('nobody', []);
    const empty = await dryRun(chain('Nobody', nobody, mms('send')));
    expect([empty.audience, codes(empty)]).toEqual([0, ['audience_empty']]);
    const refusing = await group('refusing', [{ phone: nextPhone() }]);
    const none = await dryRun(chain('Refusing', refusing, mms('send')));
    expect([none.audience, none.eligible, codes(none)]).toEqual([1, 0, ['nobody_eligible']]);
  });

  it('warns of an attribute in a text that nobody in the audience has', async () => {
    const start = await group('names', [{ ...agreeing(), first_name: 'Ana', nick: null }, agreeing()]);
    const text =
      "{{ customer.first_name }} {{ customer.frist_name | default('') }} {{ customer.externalId }}";
    const report = await dryRun(
      chain('Names', start, mms('a', { text }), mms('b', { text: 'Hi', subject: '{{ customer.nick }}' })),
    );
    expect(report.warnings.map(({ code, node_id, attribute }) => [code, node_id, attribute])).toEqual([
      ['attribute_of_nobody', 'a', 'frist_name'],
      ['attribute_of_nobody', 'b', 'nick'],
    ]);
  });

  it('warns of a run of the same scenario that is still open', async () => {
    const start = await group('open', [agreeing()]);
    const scenarioId = await stack.api.createScenario(chain('Open', start, mms('send', { text: 'Hi' })));
    const { body: run } = await stack.api.launch(scenarioId);
    const { body } = await ask(scenarioId);
    expect(body.warnings).toEqual([expect.objectContaining({ code: 'run_open', runs: [run.id] })]);
  });

  it('tells who would wait because of a hold, and whose hold it is', async () => {
    const start = await group('held', [agreeing(), { phone: nextPhone() }]);
    const scenario = chain('Held', start, mms('send', { text: 'Hi' }));
    const hold = { scope: 'category', key: 'marketing' };
    await stack.api.call('PUT', '/v1/holds', { ...hold, reason: 'a complaint' });
    try {
      const report = await dryRun(scenario);
      expect(report).toMatchObject({ audience: 2, eligible: 0, held: 1, suppressed: { no_consent: 1 } });
      expect(report.warnings).toEqual([expect.objectContaining({ code: 'hold_in_force', ...hold })]);
      expect(report.warnings[0]?.message).toContain('a complaint');
      const other = await dryRun(
        chain('Unheld', start, mms('send', { text: 'Hi', category: 'transactional' })),
      );
      expect(other).toMatchObject({ eligible: 2, held: 0, warnings: [] });
    } finally {
      await stack.api.call('DELETE', '/v1/holds?scope=category&key=marketing');
    }
  });

  it('tells who would wait for the morning, and until when', async () => {
    const start = await group('night', [
      { ...PROOF, phone: '+12125550301' },
      { ...PROOF, phone: '+13125550302' },
      { ...PROOF, phone: '+13125550302' },
      { ...PROOF, phone: '+14155550303' },
      { ...PROOF, phone: '+18002345678', timezone: 'Asia/Karachi' },
      { phone: '+12125550305' },
    ]);
    const scenario = (category: string): object =>
      chain('Night', start, mms('send', { text: 'Hi', category }));
    const { pool } = stack.database;
    // In Chicago it is 19:50, in New York too late, in San Francisco early enough.
    await setBusinessTime(pool, stack.projectId, Date.parse('2026-11-18T19:50:00-06:00'));
    try {
      const report = await dryRun(scenario('marketing'));
      expect(report).toMatchObject({ audience: 6, eligible: 2, quietHours: 1, held: 0 });
      expect(report.suppressed).toEqual({ duplicate_number: 1, no_common_hours: 1, no_consent: 1 });
      const warning = report.warnings.find(({ code }) => code === 'quiet_hours');
      const waitMs = Date.parse(String(warning?.['until'])) - Date.now();
      expect([warning?.['customers'], Math.round(waitMs / 60_000)]).toEqual([1, 11 * 60 + 10]);
      expect(warning?.message).toMatch(
        /^1 of those who could be sent to would wait until \w{3} .* UTC: marketing/,
      );
      expect(await dryRun(scenario('transactional'))).toMatchObject({
        eligible: 5,
        quietHours: 0,
        suppressed: { duplicate_number: 1 },
      });
    } finally {
      await setBusinessTime(pool, stack.projectId);
    }
  });

  it('warns of what the launch would be refused for', async () => {
    const start = await group('refused', [agreeing()]);
    const scenarioId = await stack.api.createScenario(chain('Refused', start, mms('send', { text: 'Hi' })));
    const { body: run } = await stack.api.launch(scenarioId);
    await stack.api.call('POST', `/v1/runs/${run.id}/cancel`);
    const { body } = await ask(scenarioId, { expectedAudience: 5 });
    expect(codes(body)).toEqual(['unexpected_audience', 'cancelled_run_before']);
    expect(codes((await ask(scenarioId, { expectedAudience: 1, excludeRuns: [run.id] })).body)).toEqual([]);
  });

  it('of a scenario that has problems, or that is not there, is refused as the launch would be', async () => {
    const draft = await stack.api.createScenario({ name: 'Draft', nodes: [mms('send')], edges: [] });
    expectProblem(await ask(draft), 422, 'invalid_scenario');
    const theirs = await (await otherProject(stack)).createScenario(chain('Theirs', NOW));
    for (const id of [theirs, '5b8f8c1e-0000-4000-8000-000000000000'])
      expectProblem(await ask(id), 404, 'not_found');
  });

  it('is asked for with true or false and nothing else', async () => {
    const scenarioId = await stack.api.createScenario(chain('Yes', NOW));
    for (const dryRun of ['yes', 1, null]) {
      const problem = expectProblem(await ask(scenarioId, { dryRun }), 422, 'bad_body');
      expect(entriesOf(problem)).toEqual([['/dryRun', 'bad_field']]);
    }
  });
});
