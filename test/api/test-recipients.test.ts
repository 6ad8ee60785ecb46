import type { ApiAnswer } from '../support/api.ts';
import { otherProject } from '../support/other-project.ts';
import { entriesOf, expectProblem } from '../support/problem.ts';
import { chain, mms, NOW } from '../support/scenarios.ts';
import { TestStack } from '../support/test-stack.ts';

interface TesterView {
  readonly name: string;
  readonly customerId: string;
  readonly phone: string;
  readonly optedOutAt: string | null;
}

let stack: TestStack;

beforeAll(async () => {
  stack = await TestStack.start({ engine: false });
});
afterAll(() => stack.stop());

const HANDSET = {
  carrier: 'T-Mobile',
  handset: 'iPhone 15',
  language: 'fr-CA',
  attributes: { first_name: 'Ana' },
};

function register(name: string, phone: string, more: object = {}): Promise<ApiAnswer<TesterView>> {
  return stack.api.call('POST', '/v1/test-recipients', { name, phone, ...more });
}

const pathOf = (name: string): string => `/v1/test-recipients/${encodeURIComponent(name)}`;

describe('a test recipient', () => {
  it('is stored as it was given, read, listed, replaced and removed', async () => {
    const made = await register('ana iphone', '(206) 555-0142', HANDSET);
    expect(made).toMatchObject({
      status: 201,
      headers: { location: pathOf('ana iphone') },
      body: { name: 'ana iphone', phone: '+12065550142', country: 'US', optedOutAt: null, ...HANDSET },
    });
    const read = await stack.api.call('GET', pathOf('ana iphone'));
    expect(read.body).toEqual(made.body);
    const stale = { 'if-match': String(read.headers['etag']) };
    const replacement = { phone: '+14165550143', handset: 'Pixel 9' };
    const replaced = await stack.api.call('PUT', pathOf('ana iphone'), replacement, stale);
    expect(replaced).toMatchObject({
      status: 200,
      body: {
        ...replacement,
        customerId: made.body.customerId,
        country: 'CA',
        carrier: null,
        attributes: {},
      },
    });
    expectProblem(
      await stack.api.call('PUT', pathOf('ana iphone'), replacement, stale),
      412,
      'precondition_failed',
    );
    expect((await stack.api.call('GET', '/v1/test-recipients')).body).toEqual({
      testRecipients: [replaced.body],
      next: null,
    });
    expect((await stack.api.call('DELETE', pathOf('ana iphone'))).status).toBe(204);
    expectProblem(await stack.api.call('GET', pathOf('ana iphone')), 404, 'not_found');
    const { rows } = await stack.database.pool.query(
      'SELECT phone, recipient_id, language, attributes FROM customer WHERE id = $1',
      [made.body.customerId],
    );
    expect(rows).toEqual([{ phone: null, recipient_id: null, language: null, attributes: {} }]);
  });

  it('is no customer: nobody finds, counts or reaches it as one', async () => {
    const { body } = await register('hidden', '+12065550144', HANDSET);
    const customers = '/v1/customers';
    expect((await stack.api.call('GET', customers)).body).toMatchObject({ customers: [] });
    const byNumber = await stack.api.call('GET', `${customers}?phone=%2B12065550144`);
    expect(byNumber.body).toMatchObject({ customers: [] });
    expectProblem(await stack.api.call('GET', `${customers}/${body.customerId}`), 404, 'not_found');
    expectProblem(await stack.api.call('DELETE', `${customers}/${body.customerId}`), 404, 'not_found');
    const scenarioId = await stack.api.createScenario(chain('Everybody', NOW, mms('send')));
    const dryRun = await stack.api.call('POST', `/v1/scenarios/${scenarioId}/launch`, { dryRun: true });
    expect(dryRun.body).toMatchObject({ audience: 0 });
  });

  it('shares its opt-out with everybody who has the number', async () => {
    await register('stopped', '+12065550145');
    await stack.api.call('POST', '/v1/suppressions', { phone: '+12065550145', reason: 'asked' });
    const read = await stack.api.call<TesterView>('GET', pathOf('stopped'));
    expect(read.body.optedOutAt).toEqual(expect.any(String));
  });

  it('belongs to its project', async () => {
    await register('ours', '+12065550146');
    const api = await otherProject(stack);
    expectProblem(await api.call('GET', pathOf('ours')), 404, 'not_found');
    expect((await api.call('GET', '/v1/test-recipients')).body).toMatchObject({ testRecipients: [] });
  });

  it('is refused under a name that is taken, or with a number that no message can go to', async () => {
    await register('once', '+12065550147');
    expectProblem(await register('once', '+12065550148'), 409, 'test_recipient_exists');
    const entriesFor = async (phone: string): Promise<unknown> =>
      entriesOf(expectProblem(await register('bad', phone), 422, 'bad_body'));
    expect(await entriesFor('12')).toEqual([['/phone', 'invalid_number']]);
    expect(await entriesFor('+525512345678')).toEqual([['/phone', 'country_not_served']]);
    expectProblem(await register('a/b', '+12065550149'), 422, 'bad_body');
  });

  it('is registered once, whoever asks at the same time', async () => {
    const answers = await Promise.all([1, 2, 3, 4].map(() => register('race', '+12065550150')));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409]);
  });
});
