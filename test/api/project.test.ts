import { launchRun, consentingCustomers } from '../support/launched-run.ts';
import { claim } from '../support/ledger.ts';
import { otherProject } from '../support/other-project.ts';
import { entriesOf, expectProblem } from '../support/problem.ts';
import { chain, mms, NOW } from '../support/scenarios.ts';
import { TestStack } from '../support/test-stack.ts';

interface Project {
  readonly key: string;
  readonly mode: string;
  readonly messageCap: { readonly messages: number; readonly window: string } | null;
}

let stack: TestStack;

beforeAll(async () => {
  stack = await TestStack.start({ engine: false });
});
afterAll(() => stack.stop());

const patch = (
  messageCap: unknown,
  headers: Record<string, string> = {},
): ReturnType<typeof stack.api.call<Project>> =>
  stack.api.call<Project>('PATCH', '/v1/project', { messageCap }, headers);

describe('the cap of a project', () => {
  it('is none at first, and the one that was set from then on; another project has its own', async () => {
    const other = await otherProject(stack);
    const { body } = await stack.api.call<Project>('GET', '/v1/project');
    expect(body).toEqual({ key: 'default', name: 'Default', mode: 'simulator', messageCap: null });
    const cap = { messages: 4, window: '30d' };
    expect((await patch(cap)).body.messageCap).toEqual(cap);
    expect((await stack.api.call<Project>('GET', '/v1/project')).body.messageCap).toEqual(cap);
    expect((await other.call<Project>('GET', '/v1/project')).body.messageCap).toBeNull();
    expect((await patch(null)).body.messageCap).toBeNull();
  });

  it('is changed only by who knows what it is', async () => {
    const { headers } = await stack.api.call('GET', '/v1/project');
    const etag = String(headers['etag']);
    const cap = { messages: 2, window: '12h' };
    expectProblem(await patch(cap, { 'if-match': '' }), 428, 'precondition_required');
    const first = await patch(cap, { 'if-match': etag });
    expect(first.status).toBe(200);
    expectProblem(await patch(null, { 'if-match': etag }), 412, 'precondition_failed');
    expect((await patch(null, { 'if-match': String(first.headers['etag']) })).status).toBe(200);
  });

  it('is a whole number of messages and a duration', async () => {
    expect(entriesOf(expectProblem(await patch({ messages: 0, window: 'soon' }), 422, 'bad_body'))).toEqual([
      ['/messageCap/messages', 'bad_field'],
      ['/messageCap/window', 'bad_field'],
    ]);
  });

  it('keeps in whoever has got enough, as a dry run foretells', async () => {
    const { database, api } = stack;
    const customers = consentingCustomers(3);
    const earlier = await launchRun(database.pool, { customers });
    await claim(earlier, {}, earlier.members.slice(0, 2));
    await patch({ messages: 1, window: '1d' });
    const scenarioId = await api.createScenario(chain('Capped', NOW, mms('send')));
    const dryRun = await api.call('POST', `/v1/scenarios/${scenarioId}/launch`, { dryRun: true });
    expect(dryRun.body).toMatchObject({ audience: 3, eligible: 1, suppressed: { capped: 2 } });
    const later = await launchRun(database.pool, { customers });
    const { claimed, refused } = await claim(later);
    expect([claimed.length, refused.length]).toEqual([1, 2]);
    await patch(null);
  });
});
